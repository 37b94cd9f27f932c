// Structs by value and behind pointers, with padding, nested, too large for registers; nil pointers.
package main

import "targets/protocol"

var sink int64

// Small fits in two registers.
type Small struct {
	A int32
	B string
}

// Padded has holes between its fields.
type Padded struct {
	A int8
	B int64
	C bool
	D int32
	E int16
}

// Outer nests a struct and embeds another.
type Outer struct {
	Small
	Inner Padded
	Next  *Outer
}

// Large has too many fields for the registers.
type Large struct {
	A, B, C, D, E, F, G, H, I, J int64
}

// User is what the probe language's examples use.
type User struct {
	ID    int64
	Name  string
	Admin bool
	Score float64
}

// small: in registers, field by field.
//
//go:noinline
func small(before int8, s Small, after int8) {
	sink += int64(s.A) + int64(len(s.B)) + int64(before+after)
}

// padded: in registers without the holes.
//
//go:noinline
func padded(p Padded) {
	sink += int64(p.A) + p.B + int64(p.D) + int64(p.E)
	if p.C {
		sink++
	}
}

// large: on the stack in both conventions.
//
//go:noinline
func large(n int64, l Large) {
	sink += n + l.A + l.J
}

// behind: a struct that a pointer leads to.
//
//go:noinline
func behind(u *User) {
	if u != nil {
		sink += u.ID
	}
}

// nested: one hop shows the first, not what its Next leads to.
//
//go:noinline
func nested(o *Outer) {
	sink += o.Inner.B
}

// rename: the receiver is a pointer.
//
//go:noinline
func (u *User) rename(name string) {
	u.Name = name
}

func main() {
	second := &Outer{Inner: Padded{B: 2}}
	first := &Outer{Small{5, "five"}, Padded{-1, 1 << 40, true, -70000, 300}, second}
	protocol.Run(func() {
		small(-1, Small{7, "seven"}, 1)
		padded(Padded{-1, -2, true, -3, -4})
		large(99, Large{1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
		behind(&User{7, "alice", true, 0.5})
		behind(nil)
		nested(first)
		(&User{8, "bob", false, -1}).rename("carol")
	})
}
