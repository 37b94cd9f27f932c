// Types whose members lie in every way that there is.
#include <cstdint>
#include <string>
#include <map>
struct Bits { unsigned a : 3; unsigned b : 13; int c : 16; unsigned long d : 33; unsigned e : 1; bool f : 1; char g; unsigned : 0; unsigned short h : 9; };
struct __attribute__((packed)) Packed { char c; long l; short s; unsigned b : 5; };
struct alignas(64) Aligned { int x; };
union Union { int i; double d; char text[12]; struct { short lo, hi; } parts; };
struct Inner { int x; struct Deep { char a; long b; } deep; enum Kind { One, Two = 70000 } kind; };
struct Base { virtual ~Base() {} virtual int f() { return 1; } int b; };
struct Left : virtual Base { int l; };
struct Right : virtual Base { long r; };
struct Diamond : Left, Right { char d; int f() override { return d; } };
struct Plain : Inner { char after; };
struct Empty {};
struct OfEmpty : Empty { int x; [[no_unique_address]] Empty e; };
struct Multi : Base, Inner { double m[2][3]; int *p; int &r; int Inner::*member; int (Base::*method)(); int (*function)(int, const char *); Multi(int &x) : r(x) {} };
struct Anonymous { int tag; union { int i; float f; struct { char a, b; }; }; struct { long x; } named; static int made; };
int Anonymous::made = 1;
struct Flexible { int n; int items[]; };
template <class T, int N> struct Box { T items[N]; Box *next; };
struct Holder { std::string s; std::map<int, std::string> m; Box<short, 3> box; __int128 wide; long double ld; wchar_t w; char16_t c16; volatile const int cv = 3; };
Bits bits; Packed packed; Aligned aligned; Union onion; Plain plain; Diamond diamond; OfEmpty ofEmpty; Anonymous anonymous; Holder holder; Flexible *flexible;
int main(int argc, char **argv) { Multi m(argc); m.p = &argc; return m.f() + bits.a + packed.c + aligned.x + onion.i + plain.x + diamond.f() + ofEmpty.x + anonymous.i + (int)holder.s.size() + (flexible != nullptr) + (argv == nullptr); }
