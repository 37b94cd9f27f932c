// A function that calls itself, on a stack that has to grow.
package main

import "targets/protocol"

// factorial: each call has its own argument and result.
//
//go:noinline
func factorial(n int64) int64 {
	if n <= 1 {
		return 1
	}
	return n * factorial(n-1)
}

// deep: thousands of calls without a return in between.
//
//go:noinline
func deep(n int64) int64 {
	var room [64]int64
	room[n%64] = n
	if n == 0 {
		return room[0]
	}
	return deep(n-1) + room[n%64]
}

func main() {
	protocol.Run(func() {
		factorial(6)
		deep(3000)
	})
}
