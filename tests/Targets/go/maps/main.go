// Maps of every size and kind of key, nil and empty, and channels.
package main

import (
	"fmt"
	"strings"
	"targets/protocol"
)

var sink int

// Key is a struct as a key.
type Key struct {
	A int32
	B string
}

// Large is kept behind a pointer in a map.
type Large struct{ N [20]int64 }

// Small, empty and nil maps.
//
//go:noinline
func small(m map[string]int, n map[int32]bool, e map[string]int, z map[string]int) {
	sink += len(m) + len(n) + len(e) + len(z)
}

// Keys that are no texts, values that are maps and slices.
//
//go:noinline
func kinds(m map[Key][]string, n map[float64]map[string]int, p map[string]*Key, i map[interface{}]string) {
	sink += len(m) + len(n) + len(p) + len(i)
}

// Keys and values that are too large to be in the map.
//
//go:noinline
func indirect(m map[Large]int, n map[int]Large) { sink += len(m) + len(n) }

// Many entries: several groups or tables, old and new buckets, deleted ones.
//
//go:noinline
func many(name string, m map[int]int) { sink += len(m) }

// Keys by an expression.
//
//go:noinline
func lookup(m map[string][]string, n map[int]Key, key string) { sink += len(m) + len(n) + len(key) }

// Channels: empty, with items, wrapped around, closed, nil, of structs.
//
//go:noinline
func channels(a chan int, b chan string, c chan Key, d <-chan struct{}, z chan int) {
	sink += len(a) + len(b) + len(c)
}

func main() {
	protocol.Run(func() {
		small(map[string]int{"one": 1}, map[int32]bool{-7: true}, map[string]int{}, nil)
		kinds(map[Key][]string{{1, "k"}: {"v", "w"}}, map[float64]map[string]int{1.5: {"x": 3}}, map[string]*Key{"p": {2, "q"}}, map[interface{}]string{"t": "text"})
		indirect(map[Large]int{{[20]int64{7}}: 8}, map[int]Large{9: {[20]int64{10}}})
		m := map[int]int{}
		for i := 0; i < 5000; i++ {
			m[i] = i * i
			if i == 13 || i == 60 || i == 100 || i == 1000 {
				many(fmt.Sprint(i), m)
			}
		}
		for i := 0; i < 4990; i++ {
			delete(m, i)
		}
		many("deleted", m)
		lookup(map[string][]string{"Host": {"h"}, "X": {"1", "2"}}, map[int]Key{5: {6, "seven"}}, strings.Repeat("X", 1))
		b := make(chan string, 3)
		b <- "gone"
		<-b
		b <- "x"
		b <- "y"
		b <- "z"
		c := make(chan Key, 2)
		c <- Key{1, "one"}
		close(c)
		channels(make(chan int), b, c, make(chan struct{}), nil)
	})
}
