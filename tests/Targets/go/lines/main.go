// Lines in straight code, loops, blocks, closures, generics, deferred calls, and functions that are inlined. A comment
// `@N` says how often the line is executed.
package main

import "targets/protocol"

var sink int64

// straight: parameters and locals, one after the other.
//
//go:noinline
func straight(a int64, s string) int64 { // @3
	b := a * 2         // @3
	c := b + a         // @3
	sink += c          // @3
	d := int64(len(s)) // @3
	sink += d + b      // @3
	return c + d       // @3
}

// loop: a body runs once per iteration.
//
//go:noinline
func loop(n int) int {
	total := 0
	for i := 0; i < n; i++ {
		total += i * i // @15
		if i%2 == 1 {  // @15
			total -= 3 // @6
			sink++     // @6
		}
	}
	for j := n; j > 0; j -= 2 {
		sink += int64(j) // @9
	}
	return total // @3
}

// shadow: three variables of one name.
//
//go:noinline
func shadow(x int) int {
	y := x + 1 // @2
	{
		x := x * 10 // @2
		if x > 5 {  // @2
			x := "inner"           // @2
			sink += int64(len(x))  // @2
			sink += int64(len(x)) // @2
		}
		y += x // @2
	}
	return x + y // @2
}

// add is small enough to be inlined.
func add(a, b int64) int64 {
	c := a + b   // @12
	sink += c    // @12
	return c * 2 // @12
}

// callers of it, one in a loop, one with constants.
//
//go:noinline
func calls(n int64) int64 {
	r := int64(0)
	for k := int64(0); k < n; k++ {
		r = add(r, k) // @10
	}
	return add(r, 7) // @2
}

// closures: captured by value, captured by reference, and one that escapes.
//
//go:noinline
func closures(base int64) func(int64) int64 {
	count := int64(0)
	step := base * 3
	return func(by int64) int64 {
		count += by   // @4
		sink += step  // @4
		return count  // @4
	}
}

// escaped: a local and a parameter that live on the heap.
//
//go:noinline
func escaped(p int64) *int64 {
	local := p + 5 // @2
	keep(&p)       // @2
	keep(&local)   // @2
	sink += p      // @2
	return &local  // @2
}

//go:noinline
func keep(p *int64) { *p++ }

// deferred: code that runs when the function is left.
//
//go:noinline
func deferred(n int) (result int) {
	defer func() {
		result += 100 // @3
	}()
	for i := 0; i < n; i++ {
		result += i // @3
	}
	return result // @3
}

// choose: each case is a line of its own.
//
//go:noinline
func choose(v int) string {
	switch v { // @4
	case 1:
		return "one" // @1
	case 2:
		sink++       // @1
		return "two" // @1
	default:
		sink += int64(v) // @2
	}
	return "many" // @2
}

// spread: one statement over several lines.
//
//go:noinline
func spread(a, b int64) int64 {
	r := id(a) + // @2
		id(b) +
		id(a+b)
	sink += r // @2
	return r  // @2
}

//go:noinline
func id(v int64) int64 { return v }

func main() {
	protocol.Run(func() {
		for i := int64(1); i <= 3; i++ {
			straight(i*7, "text")
			loop(5)
			deferred(int(i) - 1)
		}
		shadow(1)
		shadow(2)
		calls(4)
		calls(6)
		generic()
		f, g := closures(10), closures(20)
		f(1)
		f(2)
		g(3)
		g(4)
		escaped(40)
		escaped(50)
		for v := 1; v <= 4; v++ {
			choose(v)
		}
		spread(1, 2)
		spread(3, 4)
	})
}
