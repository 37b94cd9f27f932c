// How a target and its test talk: "ready PID", a line from the test, the calls, "done", another line, the end.
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <stdio.h>
#include <unistd.h>

// Keeps a function and its arguments as they are written, at every level of optimisation.
#if defined(__clang__)
#define PROBED __attribute__((noinline, used))
#else
#define PROBED __attribute__((noipa, used))
#endif
#define KEEP(value) __asm__ volatile("" : : "g"(value) : "memory")

static void wait_for_line(void) {
    int c;
    do {
        c = getchar();
    } while (c != '\n' && c != EOF);
}

static void ready(void) {
    printf("ready %d\n", (int)getpid());
    fflush(stdout);
    wait_for_line();
}

static void done(void) {
    puts("done");
    fflush(stdout);
    wait_for_line();
}

#endif
