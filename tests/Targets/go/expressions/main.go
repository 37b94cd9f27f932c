// What expressions are computed from: every kind of field, element and global. Its expectations are in ../../expressions/go.txt.
package main

import (
	"time"

	"targets/protocol"
)

// Level is an integer with names for its values.
type Level int

// The levels.
const (
	LevelLow  Level = 1
	LevelHigh Level = 5
)

// Address is embedded.
type Address struct {
	Street string
	Number uint16
}

// Item is an element of slices, arrays and pointers.
type Item struct {
	ID    int32
	Price float32
	Name  string
}

// Node is a list.
type Node struct {
	Value int64
	Next  *Node
}

// State has a field of every kind.
type State struct {
	Address
	I8      int8
	I16     int16
	I32     int32
	I64     int64
	U8      uint8
	U16     uint16
	U32     uint32
	U64     uint64
	Big     uint64
	Yes, No bool
	F32     float32
	F64     float64
	NaN     float64
	Neg     float64
	Name    string
	Empty   string
	Long    string
	Longer  string
	Items   []Item
	None    []Item
	Numbers [5]int16
	Bytes   []byte
	Grid    [2][3]int32
	Pointer *int64
	Nil     *Node
	List    *Node
	Any     interface{}
	NoAny   interface{}
	Level   Level
	Wait    time.Duration
	Texts   []string
	Index   int
	Items3  [3]Item
	Letter  rune
}

var (
	counter int64 = 77
	title         = "global title"
	current *State
	table   = [4]int32{10, 20, 30, 40}
)

// probe is what the expressions are of.
//
//go:noinline
func probe(n int64, small int8, text string, s *State, items []Item) int64 {
	counter += n - n
	return n*2 + int64(small) + int64(len(text)) + s.I64 - s.I64 + int64(len(items)) - int64(len(items))
}

// pair has two results.
//
//go:noinline
func pair(n int64, text string) (int64, string) {
	return n + 1, text + "!"
}

func repeat(s string, n int) string {
	out := ""
	for len(out) < n {
		out += s
	}
	return out[:n]
}

func main() {
	number := int64(-9)
	s := &State{
		Address: Address{"High Street", 12},
		I8:      -100, I16: -30000, I32: -2000000000, I64: -9000000000000000000,
		U8: 200, U16: 60000, U32: 4000000000, U64: 1 << 40, Big: 18000000000000000000,
		Yes: true, F32: 0.1, F64: 2.5, Neg: -0.25,
		Name: "alice", Long: repeat("0123456789", 300), Longer: repeat("abcdefghij", 3000),
		Items:   []Item{{1, 1.5, "one"}, {2, 2.5, "two"}, {3, 3.5, "three"}},
		Numbers: [5]int16{1, -2, 3, -4, 5},
		Bytes:   []byte("raw bytes"),
		Grid:    [2][3]int32{{1, 2, 3}, {4, 5, 6}},
		Pointer: &number,
		List:    &Node{1, &Node{2, &Node{3, nil}}},
		Any:     number,
		Level:   LevelHigh,
		Wait:    1500 * time.Millisecond,
		Texts:   []string{"zero", "one", ""},
		Index:   2,
		Items3:  [3]Item{{7, 0, "seven"}, {8, 0, "eight"}, {9, 0, "nine"}},
		Letter:  'é',
	}
	s.Items = append(make([]Item, 0, 8), s.Items...)
	zero := 0.0
	s.NaN = zero / zero
	current = s
	maps, values := newMaps(), newDynamic()
	protocol.Run(func() {
		probe(42, -5, "hello, world", s, s.Items)
		pair(5, "five")
		lookup(maps, "key-42", -1)
		dynamic(values, values.Path, values.Text, values.Circle)
	})
	if counter < 0 {
		println(title, table[s.Index])
	}
}
