// Read by the tests of the debug-information readers.
#include <cstdio>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace shop {
inline namespace v1 {
struct Item { std::string name; int price; static int made; enum class Kind : short { A, B = 4 } kind; };
int Item::made = 3;
}
namespace { int hidden(int v) { return v + Item::made; } }

class Shape { public: virtual ~Shape() = default; virtual double area() const = 0; int id = 0; };
struct Square final : Shape { double side; explicit Square(double s) : side(s) {} double area() const override { return side * side; } };
struct Base2 { int b2; virtual void touch() { b2++; } };
struct Both : virtual Shape, Base2 { double area() const override { return 1; } };

template <typename T, int N = 3> struct Box {
    T items[N]; unsigned used : 5 = 0;
    T &add(T v) { items[used % N] = v; return items[used++ % N]; }
    template <typename F> void each(F f) { for (auto &i : items) f(i); }
};

template <typename... Args> int count(Args &&...args) { return static_cast<int>(sizeof...(args)); }

class Cart {
public:
    __attribute__((noinline)) int add(const Item &item, int n = 1) { items_[item.name] += n; return total(item.price * n); }
    int add(std::string &&name) { return add(Item{std::move(name), 1, Item::Kind::A}, 2); }
    int operator()(int x) const { return x + total_; }
    bool operator<(const Cart &o) const { return total_ < o.total_; }
    static Cart make() { return Cart(); }
private:
    int total(int v) { total_ += v; return total_; }
    std::map<std::string, int> items_;
    int total_ = 0;
};
}

static __attribute__((noinline)) int risky(int v) { if (v > 100) throw std::runtime_error("too much"); return v; }

int main(int argc, char **argv)
{
    shop::Cart cart = shop::Cart::make();
    int sum = cart.add(shop::Item{argv[0], argc, shop::Item::Kind::B}) + cart.add("pear");
    std::vector<std::unique_ptr<shop::Shape>> shapes;
    shapes.push_back(std::make_unique<shop::Square>(argc));
    shop::Both both;
    shop::Box<int> box{};
    box.add(sum);
    box.each([&](int &i) { sum += i + shop::hidden(argc); });
    struct Local { int v; int twice() { return v * 2; } } local{argc};
    try { sum += risky(argc * 60); } catch (const std::exception &e) { std::puts(e.what()); }
    std::printf("%d %f %d %d %d\n", sum, shapes[0]->area() + both.area(), shop::count(1, "x", 2.0), local.twice(), cart(1) + (cart < cart));
    return 0;
}
