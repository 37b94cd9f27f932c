// How calls end: several results, blank and named ones, recursion, panic and recover.
package main

import "targets/protocol"

// several: an unnamed blank result does not hide the others.
//
//go:noinline
func several(x int) (_ int, s string, _ error) {
	s = "res"
	return 5, s, nil
}

// named: a deferred function changes the result.
//
//go:noinline
func named(x int) (r int) {
	defer func() {
		if recover() != nil {
			r = 99
		}
	}()
	panics(x)
	return x
}

// panics: does not return for a positive number.
//
//go:noinline
func panics(x int) int {
	if x > 0 {
		panic("boom")
	}
	return x
}

// down: each level has its own call.
//
//go:noinline
func down(n int) int {
	if n == 0 {
		return 0
	}
	return down(n-1) + 1
}

func main() {
	protocol.Run(func() {
		several(1)
		named(1)
		named(0)
		down(3)
	})
}
