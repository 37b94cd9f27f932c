namespace Sonde.KernelTests.Targets;

/// <summary>The C source of <see cref="CompiledTarget"/>.</summary>
internal static class TargetSource
{
    public const string Text =
        """
        #define _GNU_SOURCE
        #include <link.h>
        #include <pthread.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/wait.h>
        #include <unistd.h>

        #define KEEP __attribute__((noinline, noclone, used, aligned(16)))

        KEEP long first(long a, const char *text) { asm volatile("nop" ::: "memory"); return a * 3 + (text != 0); }
        KEEP long second(long a, const char *text) { asm volatile("nop" ::: "memory"); return a + 1 + (text != 0); }
        KEEP long recurse(long depth, const char *text) { return depth <= 0 ? 7 : 1 + recurse(depth - 1, text); }

        /* One prefixed instruction the kernel refuses to probe: lock. */
        asm(".text\n.globl refused\n.p2align 4\nrefused:\n lock incq (%rsp)\n lock decq (%rsp)\n mov %rdi, %rax\n ret\n");
        long refused(long a, const char *text);

        /* The callees' addresses are taken, so that none is inlined. */
        static struct { const char *name; long (*function)(long, const char *); } table[] = {
            {"first", first}, {"second", second}, {"recurse", recurse}, {"refused", refused},
        };

        struct work { int index; long count; };
        static volatile long sink;

        static void *run(void *argument) {
            struct work *w = argument;
            for (long i = 0; i < w->count; i++)
                sink += table[w->index].function(w->index == 2 ? 5 : i, "hello, probe");
            return 0;
        }

        static int offset_of(struct dl_phdr_info *info, size_t size, void *data) {
            unsigned long *address = data;
            for (int i = 0; i < info->dlpi_phnum; i++) {
                const ElfW(Phdr) *p = &info->dlpi_phdr[i];
                unsigned long start = info->dlpi_addr + p->p_vaddr;
                if (p->p_type == PT_LOAD && *address >= start && *address < start + p->p_memsz) {
                    *address = *address - start + p->p_offset;
                    return 1;
                }
            }
            return 0;
        }

        int main(void) {
            char name[32];
            long count;
            int threads;
            for (unsigned i = 0; i < sizeof table / sizeof *table; i++) {
                unsigned long address = (unsigned long)table[i].function;
                dl_iterate_phdr(offset_of, &address);
                printf("%s %lu\n", table[i].name, address);
            }
            puts("ready");
            fflush(stdout);
            while (scanf("%31s %ld %d", name, &count, &threads) == 3) {
                struct work w = {-1, count};
                pthread_t ids[64];
                int forks = !strncmp(name, "fork:", 5);
                for (unsigned i = 0; i < sizeof table / sizeof *table; i++)
                    if (!strcmp(table[i].name, forks ? name + 5 : name)) w.index = i;
                if (w.index < 0) { puts("unknown"); fflush(stdout); continue; }
                if (forks) {
                    pid_t child = fork();
                    if (child == 0) { run(&w); _exit(0); }
                    waitpid(child, 0, 0);
                } else {
                    for (int i = 0; i < threads; i++) pthread_create(&ids[i], 0, run, &w);
                    for (int i = 0; i < threads; i++) pthread_join(ids[i], 0);
                }
                puts("done");
                fflush(stdout);
            }
            return 0;
        }
        """;
}
