// Who called: through inlined functions, closures and a goroutine's first function.
package main

import "targets/protocol"

type store struct{ n int }

// leaf: the end of every stack.
//
//go:noinline
func (s *store) leaf(x int) int {
	s.n += x
	return s.n
}

// small: inlined into its caller where the compiler inlines.
func (s *store) small(x int) int { return s.leaf(x) + 1 }

//go:noinline
func (s *store) middle(x int) int { return s.small(x) + s.n }

//go:noinline
func each(values []int, visit func(int) int) int {
	sum := 0
	for _, v := range values {
		sum += visit(v)
	}
	return sum
}

// deep: more callers than are walked.
//
//go:noinline
func (s *store) deep(n int) int {
	if n == 0 {
		return s.leaf(0)
	}
	return s.deep(n-1) + s.n
}

func main() {
	protocol.Run(func() {
		done := make(chan int)
		s := &store{}
		go func() { done <- s.middle(1) }()
		<-done
		go func() { done <- each([]int{2}, s.middle) }()
		<-done
		s.deep(100)
	})
}
