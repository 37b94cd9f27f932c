// Lines in straight code, loops, blocks, and functions that are inlined. A comment `@N` says how often the line is executed.
#include <stdlib.h>
#include <string.h>

#include "protocol.h"

volatile long sink;

struct point { int x, y; };

// straight: parameters and locals, one after the other.
PROBED long straight(long a, const char *s) {
    long b = a * 2;          // @3
    sink += b;               // @3
    long c = b + strlen(s);  // @3
    sink += c;               // @3
    return b + c;            // @3
}

// loop: a body runs once per iteration.
PROBED int loop(int n) {
    int total = 0;
    for (int i = 0; i < n; i++) {
        total += i * i;  // @15
        KEEP(total);
        if (i % 2) {
            sink += i;   // @6
            total -= 3;
        }
    }
    while (n > 0) {
        sink += n;       // @15
        KEEP(n);
        n--;
    }
    return total;
}

// shadow: three variables of one name.
PROBED int shadow(int x) {
    int y = x + 1;
    KEEP(y);
    {
        int x = y * 10;
        KEEP(x);
        if (x > 5) {
            const char *x = "inner";
            sink += x[0];  // @2
            KEEP(x);
        }
        y += x;
        sink += y;         // @2
    }
    return x + y;
}

// add is inlined where it is called.
static inline __attribute__((always_inline)) long add(long a, long b) {
    long c = a + b;
    sink += c;     // @12
    return c * 2;
}

// callers of it, one in a loop, one with a constant.
PROBED long calls(long n) {
    long r = 0;
    for (long k = 0; k < n; k++) {
        r = add(r, k);   // @10
        KEEP(r);
    }
    return add(r, 7);    // @2
}

// spread: one statement over several lines.
PROBED long id(long v) {
    KEEP(v);
    return v;
}

PROBED long spread(long a, long b) {
    long r = id(a) +   // @2
        id(b) +
        id(a + b);
    sink += r;         // @2
    return r;
}

// choose: each case is a line of its own.
PROBED const char *choose(int v) {
    switch (v) {
        case 1:
            sink++;        // @1
            KEEP(v);
            return "one";
        case 2:
            sink += 2;     // @1
            KEEP(v);
            return "two";
        default:
            sink += v;     // @2
    }
    return "many";
}

// early: ways out in the middle, a label that is jumped back to.
PROBED int early(int n) {
    int tries = 0;
again:
    sink += tries;         // @6
    if (tries < n) {
        tries++;
        goto again;
    }
    if (n > 1)
        return tries;
    sink -= 1;             // @2
    return -tries;
}

// in_frame: values in memory, a struct, an array, an array of run-time size.
PROBED int in_frame(int n) {
    struct point p = { n, n + 1 };
    int squares[8];
    char text[n + 1];
    for (int i = 0; i < n + 2; i++) {
        squares[i] = i * i * n;    // @9
        KEEP(squares);
    }
    memset(text, 'a' + n, n);
    text[n] = 0;
    KEEP(&p); KEEP(squares); KEEP(text);
    sink += p.x + squares[3];      // @2
    return text[0];
}

int main(void) {
    ready();
    for (int i = 1; i <= 3; i++) {
        straight(i * 7, "text");
        loop(5);
    }
    shadow(1);
    shadow(2);
    calls(4);
    calls(6);
    spread(1, 2);
    spread(3, 4);
    for (int v = 1; v <= 4; v++)
        choose(v);
    early(0);
    early(1);
    early(2);
    in_frame(2);
    in_frame(3);
    done();
    return 0;
}
