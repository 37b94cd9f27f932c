// Four threads that call checked without end, among signals and children that come and go. On SIGTERM it says whether what
// they computed is right, and ends with 0 if so.
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static atomic_int ending;
static atomic_long wrong;

__attribute__((noinline)) unsigned long mixed(unsigned long n) { __asm__ volatile("" ::: "memory"); return n * 3; }

// n, n * 40503 and n in digits: who reads them can tell whether they belong together.
__attribute__((noinline)) unsigned long checked(unsigned long n, unsigned long check, const char *text) {
    unsigned long m = mixed(n);
    __asm__ volatile("" ::: "memory"); return m + check + (unsigned char)text[0];
}

__attribute__((noinline)) int forked(int n) { __asm__ volatile("" ::: "memory"); return n + 1; }

static void on_alarm(int signal) {
    (void)signal;
    if (checked(7, 7 * 40503, "7") != 21 + 7 * 40503 + '7')
        wrong++;
}

static void on_term(int signal) {
    (void)signal;
    ending = 1;
}

static void *calls(void *start) {
    char text[24];
    for (unsigned long n = (unsigned long)start; !ending; n = (n + 4) % 4000000) {
        snprintf(text, sizeof text, "%lu", n);
        if (checked(n, n * 40503 % 4294967296, text) != n * 3 + n * 40503 % 4294967296 + (unsigned char)text[0])
            wrong++;
        if (n % 64 < 4)
            usleep(200);
    }
    return NULL;
}

static void *children(void *unused) {
    (void)unused;
    for (int n = 0; !ending; n++) {
        pid_t child = fork();
        if (child == 0) {
            forked(n);
            if (n % 2)
                execl("/bin/true", "true", NULL);
            _exit(0);
        }
        int status = 0;
        if (child > 0 && waitpid(child, &status, 0) == child && status != 0)
            wrong++;
        forked(n);
        usleep(20000);
    }
    return NULL;
}

int main(void) {
    struct sigaction alarm_action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART}, term_action = {.sa_handler = on_term};
    sigaction(SIGALRM, &alarm_action, NULL);
    sigaction(SIGTERM, &term_action, NULL);
    struct itimerval often = {{0, 1000}, {0, 1000}};
    setitimer(ITIMER_REAL, &often, NULL);
    pthread_t threads[5];
    for (long i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, calls, (void *)i);
    pthread_create(&threads[4], NULL, children, NULL);
    puts("ready");
    fflush(stdout);
    for (int i = 0; i < 5; i++)
        pthread_join(threads[i], NULL);
    printf(wrong ? "%ld wrong results\n" : "sums agree\n", (long)wrong);
    return wrong != 0;
}
