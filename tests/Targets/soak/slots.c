// Is this processor's view of code that another one writes right? Four threads take turns at the 32 slots of a page: each
// writes an instruction into a free slot through one mapping, runs it through another and gives the slot back. That is what the
// kernel does to step an instruction for a uprobe, without the kernel. Ends with 1 if ever a slot ran what was not written last.
// On processors: never. Under QEMU with a thread for each processor (docs/safety.md): see there.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SLOTS = 32, SLOT_BYTES = 128, THREADS = 4 };

static unsigned char *writable, *executable;
static atomic_uint taken;
static atomic_long wrong;
static long rounds;

static unsigned take(void) {
    for (;;) {
        unsigned free = ~atomic_load(&taken);
        if (free == 0)
            continue;
        unsigned slot = __builtin_ctz(free);
        if (!(atomic_fetch_or(&taken, 1u << slot) & (1u << slot)))
            return slot;
    }
}

static void *work(void *seed) {
    unsigned n = (unsigned)(long)seed;
    for (long i = 0; i < rounds; i++) {
        unsigned slot = take();
        n = n * 1664525 + 1013904223;
        unsigned char code[16] = {0xb8, 0, 0, 0, 0, 0xc3}; // mov eax, n; ret
        memcpy(code + 1, &n, 4);
        memcpy(writable + slot * SLOT_BYTES, code, sizeof code);
        // Cross-modified code needs a serialising instruction; the kernel has its iret.
        unsigned a = 0, b, c = 0, d;
        __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d) : : "memory");
        if (((unsigned (*)(void))(executable + slot * SLOT_BYTES))() != n)
            wrong++;
        atomic_fetch_and(&taken, ~(1u << slot));
    }
    return NULL;
}

int main(int argc, char **argv) {
    rounds = argc > 1 ? atol(argv[1]) : 1000000;
    int file = memfd_create("slots", 0);
    if (ftruncate(file, 4096) != 0)
        return 2;
    writable = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    executable = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, file, 0);
    pthread_t threads[THREADS];
    for (long i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, (void *)(i * 77777 + 5));
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    printf("%ld of %ld wrong\n", (long)wrong, THREADS * rounds);
    return wrong != 0;
}
