// Parameters without a name and classes by value: what clang leaves out of the debug information must shift nothing.
#include <string>
#include <vector>

#include "protocol.h"

struct Pair {
    int a;
    double b;
};

// second: only the second and the last parameter have a name.
PROBED int second(int, int b, double, const char* c) {
    KEEP(b);
    KEEP(c);
    return b;
}

// stack: clang 14 does not describe b; p is on the stack.
PROBED int stack(const std::string& s, std::string v, const std::vector<int>& a, std::vector<std::string> b, int n, int m, Pair p) {
    KEEP(n);
    KEEP(m);
    KEEP(p.a);
    return static_cast<int>(s.size() + v.size() + a.size() + b.size());
}

// plain: no mangled name tells how many parameters there are.
extern "C" PROBED int plain(int, int b) {
    KEEP(b);
    return b;
}

struct Shape {
    virtual ~Shape() = default;

    // area: a virtual method with an unnamed parameter.
    PROBED virtual int area(int, int k) {
        KEEP(k);
        return k;
    }
};

int main() {
    Shape shape;
    ready();
    second(1, 2, 3.0, "text");
    stack("one", "a text that does not fit into the object", {1, 2, 3}, {"x", "yy"}, 7, 8, Pair{5, 2.5});
    plain(1, 2);
    shape.area(1, 9);
    done();
}
