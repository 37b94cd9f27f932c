//go:build go1.18

// Code that several types share, and types with named constants.
package main

import (
	"time"

	"targets/protocol"
)

type Color int

const (
	Red Color = iota
	Green
	Blue
)

type Access uint8

const (
	Read Access = 1 << iota
	Write
	Execute
)

type User struct {
	ID   int
	Name string
}

type Pair[K comparable, V any] struct {
	Key K
	Val V
}

type List[T any] struct {
	items []T
}

var sink any

// One function for int and Color, told apart by the dictionary; the result has no argument to tell its type by.
//
//go:noinline
func First[T any](a T, b *T) (T, bool) {
	x := a
	sink = b
	return x, true
}

//go:noinline
func Convert[T, U any](in []T, f func(T) U) []U {
	var out []U
	for _, v := range in {
		out = append(out, f(v))
	}
	return out
}

//go:noinline
func (l *List[T]) Push(v T) int {
	l.items = append(l.items, v)
	return len(l.items)
}

//go:noinline
func (p Pair[K, V]) Swap(w V) (V, K) {
	return w, p.Key
}

// The slice escapes into a closure: Go 1.19 states its place wrongly.
//
//go:noinline
func Each[T any](in []T) (n int) {
	f := func(i int) int {
		sink = in
		return i
	}
	for i := range in {
		n += apply(f, i)
	}
	return
}

//go:noinline
func apply(f func(int) int, i int) int { return f(i) + 1 }

//go:noinline
func constants(c Color, a Access, m time.Month, cs []Color) (Color, time.Weekday) {
	sink = cs
	return c + 1, time.Friday
}

func main() {
	protocol.Run(func() {
		u := &User{7, "alice"}
		c, i := Blue, 4
		First(u, &u)
		First(c, &c)
		First(i, &i)
		First(*u, u)
		Convert([]int{1, 2}, func(i int) string { return string(rune('a' + i)) })
		Convert([]Color{1, 2}, func(i Color) string { return string(rune('a' + i)) })
		Convert([]string{"a"}, func(s string) *User { return &User{1, s} })
		(&List[*User]{}).Push(u)
		(&List[Color]{items: []Color{Red}}).Push(c)
		Pair[string, *User]{"k", u}.Swap(nil)
		Pair[int, Color]{1, Green}.Swap(Blue)
		Pair[int, int]{1, 2}.Swap(3)
		Each([]*User{u})
		Each([]Color{Green})
		constants(Green, Read|Execute, time.March, []Color{Red, 7})
		constants(9, 0, 13, nil)
	})
}
