// Structs behind pointers and by value, floats in memory, bare addresses.
#include <stdint.h>

#include "protocol.h"

struct point {
    int32_t x, y;
};

struct shape {
    int8_t kind;
    struct point corner;
    double area;
    float weight;
    struct shape *next;
    void *owner;
};

struct big {
    int64_t a, b, c, d;
};

// draw: nested struct, floats, one hop.
PROBED void draw(const struct shape *s) {
    KEEP(s);
}

// move: eight bytes in one register.
PROBED void move(struct point p, int32_t by) {
    KEEP(p.x); KEEP(p.y); KEEP(by);
}

// store: too large for registers, on the stack.
PROBED void store(int64_t before, struct big b, int64_t after) {
    KEEP(before); KEEP(b.a); KEEP(b.d); KEEP(after);
}

// scale: floating point in registers, integers beside it.
PROBED double scale(int64_t n, double by, int64_t m) {
    KEEP(n); KEEP(m);
    return by * (double)n;
}

// bare: an address without a type.
PROBED void bare(void *p) {
    KEEP(p);
}

int main(void) {
    struct shape last = {2, {3, 4}, 0.1, 0.1f, NULL, NULL};
    struct shape first = {-1, {-5, 6}, 1e300, -1.5f, &last, (void *)0x1234};
    ready();
    draw(&first);
    draw(&last);
    draw(NULL);
    move((struct point){-1, 2}, 3);
    store(1, (struct big){2, 3, 4, 5}, 6);
    scale(2, 2.5, 3);
    bare((void *)0xdeadbeef);
    bare(NULL);
    done();
}
