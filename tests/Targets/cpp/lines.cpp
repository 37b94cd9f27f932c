// Lines of templates, methods, lambdas, range loops, constructors, and functions that are inlined. A comment `@N` says how
// often the line is executed.
#include <stdexcept>
#include <string>
#include <vector>

#include "protocol.h"

volatile long sink;

namespace shop {

struct Item {
    long price;
    int count;
    long total() const {
        return price * count;
    }
};

class Cart {
public:
    explicit Cart(int id) : id_(id) {
        sink = sink + id;                     // @2
    }
    ~Cart() {
        sink = sink - 1;                      // @2
    }
    // add: a method, `this` is a pointer.
    PROBED void add(const Item &item) {
        items_.push_back(item);               // @5
        sum_ += item.total();                 // @5
        sink = sink + sum_;                   // @5
    }
    // sum: a range loop.
    PROBED long sum(long rebate) const {
        long all = 0;
        for (const Item &item : items_) {
            all += item.total();              // @5
            KEEP(all);
        }
        sink = sink + all;                    // @2
        return all - rebate;
    }
    int id() const { return id_; }

private:
    int id_;
    long sum_ = 0;
    std::vector<Item> items_;
};

}  // namespace shop

// twice: two instances.
template <typename T>
PROBED T twice(T value) {
    T copy = value;
    sink = sink + 1;        // @5
    KEEP(&copy);
    return copy + value;
}

// half: inlined wherever it is called.
template <typename T>
inline __attribute__((always_inline)) T half(T value, int by) {
    T result = value / by;
    sink = sink + 2;        // @7
    return result;
}

PROBED long halves(long n) {
    long all = 0;
    for (long i = 0; i < n; i++) {
        all += half(i * 10, 2);              // @3
        KEEP(all);
    }
    sink = sink + half<int>(int(n), 3);      // @2
    sink = sink + half(n, 1);                // @2
    return all;
}

// lambda: captured by value and by reference.
PROBED long lambda(long base) {
    long count = 0;
    auto more = [base, &count](long by) __attribute__((noinline)) {
        count += by;                          // @6
        sink = sink + base;                   // @6
        return count;
    };
    more(1);
    more(2);
    more(3);
    return count;
}

// caught: code of a handler.
PROBED int caught(int n) {
    try {
        if (n > 1)
            throw std::runtime_error("large");   // @1
        sink = sink + n;                          // @2
    } catch (const std::exception &e) {
        sink = sink + e.what()[0];                // @1
        return -1;
    }
    return n;
}

int main() {
    ready();
    {
        shop::Cart one(1), two(2);
        for (int i = 1; i <= 3; i++)
            one.add(shop::Item{i * 10L, i});
        two.add(shop::Item{7, 1});
        two.add(shop::Item{8, 2});
        KEEP(one.sum(1));
        KEEP(two.sum(2));
    }
    for (int i = 0; i < 3; i++)
        twice(i);
    twice(std::string("a"));
    twice(std::string("bc"));
    halves(1);
    halves(2);
    lambda(10);
    lambda(20);
    for (int i = 0; i < 3; i++)
        caught(i);
    done();
}
