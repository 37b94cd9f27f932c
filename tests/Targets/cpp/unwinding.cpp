// Calls that end otherwise than by their own ret: exceptions, longjmp, jumps to other functions. Nothing of this may end
// the program when it is traced.
#include <csetjmp>
#include <stdexcept>

#include "protocol.h"

static std::jmp_buf back;

// thrower: throws for odd numbers.
PROBED int thrower(int n) {
    if (n & 1)
        throw std::runtime_error("odd");
    KEEP(n);
    return n;
}

// through: an exception passes; its frame has nothing to clean up.
PROBED int through(int n) {
    int m = thrower(n);
    KEEP(m);
    return m + 1;
}

struct Guard {
    int* count;
    ~Guard() { ++*count; }
};

// guarded: an exception passes, and a destructor runs on the way.
PROBED int guarded(int n, int* count) {
    Guard guard{count};
    return through(n) * 2;
}

// catcher: throws below and catches here.
PROBED int catcher(int n) {
    int count = 0;
    try {
        return guarded(n, &count);
    } catch (const std::exception&) {
        return -count;
    }
}

// leaper: leaves by longjmp for odd numbers.
PROBED int leaper(int n) {
    if (n & 1)
        std::longjmp(back, n);
    KEEP(n);
    return n;
}

PROBED int landing(int n) {
    if (int back_with = setjmp(back))
        return -back_with;
    return leaper(n);
}

// worker: returns in the stead of forward, where optimized, and is called by others.
PROBED long worker(long a, long b) {
    KEEP(a);
    return a * 10 + b;
}

// forward: nothing but a jump, where optimized.
PROBED long forward(long a) { return worker(a, 7); }

int main() {
    ready();
    for (int i = 0; i < 10; i++) {
        catcher(i);
        landing(i);
        forward(i);
        worker(i, i);
    }
    done();
}
