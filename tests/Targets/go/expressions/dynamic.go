package main

import (
	"container/list"
	"errors"
	"fmt"
	"strconv"
)

// Shape is an interface with a method.
type Shape interface{ Area() float64 }

// Square is a Shape by value, Circle by pointer.
type Square struct{ Side float64 }

// Circle is a Shape by pointer.
type Circle struct{ Radius float64 }

// Area is that of a square.
func (s Square) Area() float64 { return s.Side * s.Side }

// Area is that of a circle.
func (c *Circle) Area() float64 { return 3 * c.Radius * c.Radius }

// Dynamic has an interface value of every kind.
type Dynamic struct {
	Path, Plain, Wrapped, NoError                error
	Square, Circle, NoShape                      Shape
	Int, Text, Bytes, Map, Nil, Ptr, Float, List interface{}
	F32                                          float32
	Tiny                                         float32
	F64                                          float64
	TinyWide                                     float64
	N                                            int64
	U                                            uint64
}

// dynamic is what expressions on dynamic types are of.
//
//go:noinline
func dynamic(d *Dynamic, err error, any interface{}, shape Shape) int {
	counter += d.N - d.N
	return int(d.N)
}

func newDynamic() *Dynamic {
	_, path := strconv.Atoi("no number")
	n := 5
	return &Dynamic{
		Path: path, Plain: errors.New("plain"), Wrapped: fmt.Errorf("wrapped: %w", path),
		Square: Square{2}, Circle: &Circle{1},
		Int: 42, Text: "text", Bytes: []byte("bytes"), Map: map[string]int{"a": 1}, Ptr: &n, Float: 1.5, List: list.New(),
		F32: 0.1, Tiny: 1e-42, F64: 0.1, TinyWide: float64(float32(1e-42)), N: 7, U: 1 << 63,
	}
}
