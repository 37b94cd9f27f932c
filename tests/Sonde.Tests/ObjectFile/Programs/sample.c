// Read by the tests of the debug-information readers: as many kinds of entry, location and frame as one small file can have.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum color { RED, GREEN = 5, BLUE = -3 };
struct point { int x; unsigned char flags : 3; unsigned mode : 7; double weight; };
union any { long l; float f; struct point p; };
struct node { struct node *next; const char *name; union any value; int items[4]; int (*visit)(struct node *, void *); };
typedef struct node node_t;

static __thread int per_thread = 7;
int global_counter;
static const char *const names[] = {"one", "two", "three"};

static inline int square(int v) { return v * v; }
static int __attribute__((noinline)) twice(int v, struct point p) { int r = square(v) + p.x; return r + square(r); }

__attribute__((noinline)) struct point make_point(int x, double w)
{
    struct point p = {x, x & 7, 3, w};
    { int shadow = x * 2; p.x += shadow; }
    return p;
}

static int __attribute__((noinline)) sum(int n, ...)
{
    va_list ap;
    int total = 0;
    va_start(ap, n);
    for (int i = 0; i < n; i++) { int each = va_arg(ap, int); total += each; }
    va_end(ap);
    return total;
}

__attribute__((noinline)) long many(int a, long b, char c, short d, unsigned e, long long f, int g, void *h, double i, float j)
{
    return a + b + c + d + e + f + g + (h != 0) + (long)i + (long)j;
}

static int __attribute__((noinline)) recurse(node_t *n, int depth)
{
    if (!n || depth > 10) return depth;
    per_thread += depth;
    if (n->visit) n->visit(n, &depth);
    return recurse(n->next, depth + 1) + twice(depth, n->value.p);
}

static int visitor(node_t *n, void *data) { *(int *)data += (int)strlen(n->name); return 0; }
static jmp_buf env;
static void __attribute__((noinline, cold)) fail(int code) { longjmp(env, code); }

int __attribute__((noinline)) nested(int k)
{
    char buffer[k + 16];
    memset(buffer, k, sizeof buffer);
    if (setjmp(env) == 0) { if (k > 1000) fail(k); }
    return buffer[k] + (int)sqrt((double)k);
}

int main(int argc, char **argv)
{
    node_t last = {0, argv[0], {.l = 5}, {1, 2, 3, 4}, visitor}, first = {&last, names[argc % 3], {.p = make_point(argc, 1.5)}, {0}, 0};
    enum color c = argc > 2 ? GREEN : BLUE;
    global_counter = recurse(&first, 0) + sum(3, 1, 2, argc) + (int)c;
    printf("%d %ld %d\n", global_counter, many(1, 2, 3, 4, 5, 6, 7, argv, 8.0, 9.0f), nested(argc));
    return global_counter == 0;
}
