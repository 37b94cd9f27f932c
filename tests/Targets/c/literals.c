// Constants in pages of the program's file that nobody has touched: they are not in the memory of the process.
#define _GNU_SOURCE
#include <stdint.h>
#include <sys/mman.h>

#include "protocol.h"

struct point {
    int x, y;
    char name[8];
};

// Far from everything else that the program looks at, so that it is not mapped along with its neighbours.
static const struct {
    char before[1 << 18];
    char text[32];
    char edge[4096 - 32];
    struct point point;
    char password[16];
    char after[1 << 18];
} far = {{1}, "never touched", "", {3, -4, "far"}, "hunter2", {1}};

// Relocated when the program is loaded: what the file has is not what the process sees, not even when it is swapped out.
static const char *const relocated[] = {far.text, far.password};

// Written: the file has something else.
static char written[3 * 4096] = "as in the file";

// text: a string constant.
PROBED void text(const char *s) {
    KEEP(s);
}

// place: a structure of constants.
PROBED void place(const struct point *p) {
    KEEP(p);
}

// login: a constant whose name is a secret's.
PROBED void login(const char *password) {
    KEEP(password);
}

// names: pointers that were relocated, to constants.
PROBED void names(const char *const *list) {
    KEEP(list);
}

// changed: what was in the file once.
PROBED void changed(const char *s) {
    KEEP(s);
}

static void drop(const void *what) {
    uintptr_t page = (uintptr_t)what & ~(uintptr_t)4095;
    madvise((void *)page, 4096, MADV_DONTNEED);
}

// With an argument it does not wait: it has ended before anybody looks.
int main(int argc, char **argv) {
    (void)argv;
    written[4096] = 'c';
    written[0] = 'A';
    if (argc == 1)
        ready();
    text(far.text);
    place(&far.point);
    login(far.password);
    names(relocated);
    changed(written);
    drop(far.text);
    text(far.text + 6);
    if (argc == 1)
        done();
}
