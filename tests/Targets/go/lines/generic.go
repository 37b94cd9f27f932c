//go:build go1.18
// +build go1.18

package main

// Pair is generic, with a method.
type Pair[T interface{}] struct{ First, Second T }

//go:noinline
func swap[T interface{}](p Pair[T], times int) Pair[T] {
	for q := 0; q < times; q++ {
		t := p.First       // @5
		p.First = p.Second // @5
		p.Second = t       // @5
	}
	return p // @2
}

func generic() {
	swap(Pair[int]{1, 2}, 3)
	swap(Pair[string]{"a", "b"}, 2)
}
