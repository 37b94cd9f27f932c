// Who called: through inlined functions, a library, and functions without a frame pointer.
#include <cstdlib>
#include <vector>

#include "protocol.h"

namespace shop {
struct Cart {
    std::vector<int> items;

    // leaf: the end of every stack.
    PROBED int leaf(int x) {
        KEEP(x);
        items.push_back(x);
        return (int)items.size();
    }

    inline __attribute__((always_inline)) int small(int x) { return leaf(x) + 1; }

    PROBED int middle(int x) {
        int sum = small(x);
        return sum + (int)items.size();
    }
};
}

static shop::Cart cart;

PROBED int compare(const void *a, const void *b) {
    int sum = cart.middle(7);
    KEEP(sum);
    return *(const int *)a - *(const int *)b;
}

int main() {
    ready();
    cart.middle(1);
    int values[] = {3, 1};
    qsort(values, 2, sizeof *values, compare);
    done();
}
