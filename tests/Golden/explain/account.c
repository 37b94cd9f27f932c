/* The program of account.explain.txt, without a C library so that it is small. Built by
   gcc -g -O1 -nostdlib -static -ffreestanding -fno-asynchronous-unwind-tables -fcf-protection=none -Wl,--build-id=none -fdebug-prefix-map=$PWD=/src -o account account.c */
struct account { long id; int balance; const char *owner; };

__attribute__((noipa)) int deposit(struct account *to, int amount, double rate)
{
    for (int i = 0; i < amount; i++)
        to->balance += to->id % 7 ? i : -i;
    return rate > 1.0 ? to->balance : amount;
}

__attribute__((noipa)) void close_account(struct account *gone) { gone->balance = 0; }

__asm__(".globl halts\n.type halts, @function\nhalts: hlt\n.size halts, . - halts");

void _start(void)
{
    static struct account mine = { 1, 2, "me" };
    deposit(&mine, 3, 1.5);
    close_account(&mine);
    __asm__ volatile("mov $60, %eax; xor %edi, %edi; syscall");
}
