// Integers, booleans and characters of every width and sign, and more arguments than there are registers.
#include <stdbool.h>
#include <stdint.h>

#include "protocol.h"

// signed_widths: the extremes of every signed width.
PROBED void signed_widths(int8_t a, int16_t b, int32_t c, int64_t d, long e) {
    KEEP(a); KEEP(b); KEEP(c); KEEP(d); KEEP(e);
}

// unsigned_widths: the same for the unsigned ones.
PROBED void unsigned_widths(uint8_t a, uint16_t b, uint32_t c, uint64_t d, size_t e) {
    KEEP(a); KEEP(b); KEEP(c); KEEP(d); KEEP(e);
}

// bools: one byte each; what the upper bits of their registers hold does not matter.
PROBED void bools(bool a, _Bool b) {
    KEEP(a); KEEP(b);
}

// many: six in registers, the others on the stack.
PROBED void many(int a, long b, short c, long d, int e, long f, int g, long h, signed char i, unsigned char j) {
    KEEP(a); KEEP(b); KEEP(c); KEEP(d); KEEP(e); KEEP(f); KEEP(g); KEEP(h); KEEP(i); KEEP(j);
}

// hidden: static, so known by the symbol table only as a local name.
PROBED static long hidden(long a, long b) {
    KEEP(a); KEEP(b);
    return a * b;
}

// nothing: no arguments and no result.
PROBED void nothing(void) {
    KEEP(0);
}

// With an argument it ends with that status.
int main(int argc, char **argv) {
    ready();
    signed_widths(INT8_MIN, INT16_MIN, INT32_MIN, INT64_MIN, -1);
    signed_widths(INT8_MAX, INT16_MAX, INT32_MAX, INT64_MAX, 1);
    unsigned_widths(UINT8_MAX, UINT16_MAX, UINT32_MAX, UINT64_MAX, 9007199254740993);
    bools(true, false);
    bools(false, true);
    many(1, -2, 3, -4, 5, -6, 7, -8, -9, 200);
    hidden(6, -7);
    nothing();
    done();
    return argc > 1 ? argv[1][0] - '0' : 0;
}
