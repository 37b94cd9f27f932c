// Methods, references, namespaces, overloads, static functions.
#include <cstdint>
#include <string>

#include "protocol.h"

namespace shop {

struct Item {
    std::int32_t id;
    double price;
    const char* name;
};

class Cart {
public:
    explicit Cart(int owner) : owner_(owner) {}

    // add: `this` is the first argument; a reference shows what it refers to.
    PROBED int add(const Item& item, int count);

    // add: the same name with other parameters.
    PROBED int add(long id);

    // check: static, no `this`.
    PROBED static bool check(unsigned char code, bool strict);

private:
    int owner_;
    int count_ = 0;
};

int Cart::add(const Item& item, int count) {
    KEEP(item.id);
    KEEP(count);
    count_ += count;
    return count_;
}

int Cart::add(long id) {
    KEEP(id);
    KEEP(owner_);
    return ++count_;
}

bool Cart::check(unsigned char code, bool strict) {
    KEEP(code);
    KEEP(strict);
    return code == 7;
}

} // namespace shop

namespace {

// local: in an unnamed namespace, static in effect.
PROBED std::int64_t local(std::int64_t a, std::int64_t& b) {
    KEEP(a);
    b += a;
    return b;
}

} // namespace

// twice: a template; each instance is a function of its own.
template <typename T>
PROBED T twice(T value) {
    KEEP(value);
    return value + value;
}

int main() {
    shop::Cart cart(5);
    shop::Item item{11, 2.5, "pear"};
    std::int64_t total = 40;
    ready();
    cart.add(item, 3);
    cart.add(9L);
    shop::Cart::check(7, true);
    local(2, total);
    twice<int>(21);
    twice<unsigned char>(100);
    done();
}
