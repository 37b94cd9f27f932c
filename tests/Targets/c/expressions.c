// What expressions are computed from: every kind of field, element and global. Its expectations are in ../expressions/c.txt.
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "protocol.h"

enum level { LOW = 1, HIGH = 5 };
enum flags { READ = 1, WRITE = 2, EXEC = 4 };

struct item {
    int id;
    float price;
    const char *name;
};

struct node {
    int64_t value;
    struct node *next;
};

struct state {
    int8_t i8;
    int16_t i16;
    int32_t i32;
    int64_t i64;
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64, big;
    bool yes, no;
    char letter;
    float f32;
    double f64, nan, neg;
    const char *name, *empty, *absent, *lengthy;
    char buffer[16], full[4];
    struct item items[3];
    struct item *more;
    size_t count;
    int16_t numbers[5];
    int grid[2][3];
    int *pointer;
    struct node *nil, *list;
    void *opaque;
    enum level level;
    unsigned low : 3, middle : 7;
    int sign : 5;
    union {
        int32_t whole;
        uint8_t parts[4];
    };
    int index;
};

static int64_t counter = 77;
const char *title = "global title";
int table[4] = {10, 20, 30, 40};
struct state *current;

// probe: what the expressions are of.
PROBED long probe(long n, signed char small, const char *text, struct state *s, struct item *items) {
    KEEP(items);
    KEEP(&counter);
    counter += (long)strlen(text) - (long)strlen(text);
    return n * 2 + small + s->index;
}

// half: a result that is compared with an argument.
PROBED unsigned half(unsigned n) {
    KEEP(n);
    return n / 2;
}

int main(void) {
    static char lengthy[400];
    memset(lengthy, 'x', sizeof lengthy - 1);
    int number = -9;
    struct node third = {3, 0}, second = {2, &third}, first = {1, &second};
    struct state s = {
        .i8 = -100, .i16 = -30000, .i32 = -2000000000, .i64 = -9000000000000000000,
        .u8 = 200, .u16 = 60000, .u32 = 4000000000, .u64 = 1ull << 40, .big = 18000000000000000000u,
        .yes = true, .letter = 'q', .f32 = 0.1f, .f64 = 2.5, .neg = -0.25,
        .name = "alice", .empty = "", .lengthy = lengthy, .buffer = "in a buffer", .full = {'f', 'u', 'l', 'l'},
        .items = {{1, 1.5f, "one"}, {2, 2.5f, "two"}, {3, 3.5f, "three"}}, .count = 3,
        .numbers = {1, -2, 3, -4, 5}, .grid = {{1, 2, 3}, {4, 5, 6}}, .pointer = &number,
        .list = &first, .opaque = (void *)0x1234, .level = HIGH, .low = 5, .middle = 100, .sign = -3, .whole = 0x01020304, .index = 2,
    };
    volatile double zero = 0;
    s.nan = zero / zero;
    s.more = s.items;
    current = &s;
    // A literal that nothing has read may be in a page that is not in memory yet.
    volatile char resident = s.empty[0] + s.name[0];
    (void)resident;
    KEEP(&title);
    KEEP(&current);
    KEEP(table);
    ready();
    probe(42, -5, "hello, world", &s, s.items);
    half(10);
    if (counter < 0)
        printf("%s %d\n", title, table[s.index]);
    done();
}
