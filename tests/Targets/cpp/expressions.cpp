// What expressions are computed from: classes, the library's texts and vectors, static members. Its expectations are in ../expressions/cpp.txt.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol.h"

namespace shop {

enum class Color : uint8_t { Red, Green = 7, Blue };

struct Base {
    int base = 3;
    const char *tag = "base";
};

struct Item {
    int id;
    double price;
    std::string name;
};

struct Cart : Base {
    static int count;
    static constexpr int limit = 99;
    std::string owner = "alice";
    std::string lengthy = std::string(300, 'x') + "needle";
    std::string empty;
    std::string_view view = "a view of it";
    std::vector<Item> items{{1, 1.5, "one"}, {2, 2.5, "two"}, {3, 3.5, "a name too long for the short form"}};
    std::vector<int> numbers{10, -20, 30};
    std::vector<int> none;
    std::vector<std::string> texts{"zero", "one"};
    Color color = Color::Green;
    int *nothing = nullptr;
    Item *first = nullptr;
    bool open = true;
    long grid[2][2] = {{1, 2}, {3, 4}};
    char letter = 'q';
    double ratio = 0.25;
    int index = 1;

    PROBED int add(int n, const std::string &name, const std::vector<int> &more, Cart &other);
};

int Cart::count = 5;
long total = 1000;

int Cart::add(int n, const std::string &name, const std::vector<int> &more, Cart &other) {
    KEEP(&other);
    return n + static_cast<int>(name.size()) + more[0] + index;
}

}

namespace {
int hidden = 11;
}

namespace draw {

struct Tagged {
    virtual ~Tagged() = default;
    int tag = 3;
};

struct Shape {
    virtual ~Shape() = default;
    virtual double area() const = 0;
    int id = 1;
};

struct Circle : Shape {
    double area() const override { return 3; }
    double radius = 1;
};

struct Square : Tagged, Shape {
    double area() const override { return 4; }
};

struct Plain {
    int n = 1;
};

__attribute__((noinline)) int show(const Shape *one, Shape &two, Shape *none, const Plain *plain, __int128 wide, const unsigned __int128 *big) {
    KEEP(&two);
    KEEP(one);
    return (none == nullptr) + plain->n + static_cast<int>(wide) + static_cast<int>(*big);
}

}

int main() {
    shop::Cart cart;
    cart.first = cart.items.data();
    cart.items.reserve(8);
    cart.first = cart.items.data();
    shop::Cart other;
    other.owner = "bob";
    std::string name = "carol";
    std::vector<int> more{7, 8};
    ready();
    cart.add(2, name, more, other);
    draw::Circle circle;
    draw::Square square;
    draw::Plain plain;
    unsigned __int128 big = static_cast<unsigned __int128>(1) << 127;
    draw::show(&circle, square, nullptr, &plain, -5, &big);
    KEEP(&hidden);
    KEEP(&shop::total);
    KEEP(&shop::Cart::count);
    done();
}
