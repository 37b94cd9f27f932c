// C strings: empty, plain, not ASCII, longer than the limit, NULL; arrays of characters inside a struct.
#include <string.h>

#include "protocol.h"

struct label {
    int id;
    char name[16];
    const char *note;
};

// text: a string by its address.
PROBED void text(const char *s) {
    KEEP(s);
}

// both: two strings with a number between them.
PROBED void both(const char *a, int n, char *b) {
    KEEP(a); KEEP(n); KEEP(b);
}

// labelled: an array of characters and a pointer to them, in memory.
PROBED void labelled(const struct label *l) {
    KEEP(l);
}

int main(void) {
    static char longest[5001];
    memset(longest, 'x', 5000);
    struct label label = {7, "seven", "a note"};
    char value[] = "value";
    ready();
    text("");
    text("hello, world");
    text("Grüße, 世界");
    text(NULL);
    text(longest);
    both("key", 42, value);
    labelled(&label);
    labelled(NULL);
    done();
}
