// A function that calls itself; one that is left by longjmp.
#include <setjmp.h>

#include "protocol.h"

static jmp_buf out;

// factorial: each call has its own argument and result.
PROBED long factorial(long n) {
    if (n <= 1) {
        return 1;
    }
    long below = factorial(n - 1);
    KEEP(below); // or the compiler makes a loop of it
    return n * below;
}

// leave: does not return when told so.
PROBED long leave(long how) {
    KEEP(how);
    if (how > 0) {
        longjmp(out, 1);
    }
    return how - 1;
}

int main(void) {
    ready();
    factorial(6);
    leave(0);
    if (setjmp(out) == 0) {
        leave(1);
    }
    leave(-1);
    done();
}
