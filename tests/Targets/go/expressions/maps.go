package main

import (
	"fmt"
	"math"
)

// Pair is a key of several parts.
type Pair struct {
	Name string
	At   int32
}

// Wide is too large to be kept in a map's slot.
type Wide struct {
	Numbers [20]int64
	Name    string
}

// Maps has a map of every kind: small, grown, with deleted keys, with keys of every type.
type Maps struct {
	Header  map[string][]string
	Small   map[string]int
	Hundred map[string]Item
	Ints    map[int32]*Item
	Bytes   map[uint8]string
	Levels  map[Level]bool
	Floats  map[float64]int
	Bools   map[bool]string
	Runes   map[rune]int16
	Pairs   map[Pair]int64
	Arrays  map[[4]byte]string
	Points  map[*Item]string
	Wides   map[string]Wide
	WideKey map[[20]int64]string
	Nested  map[string]map[string]int
	Sets    map[string]struct{}
	Empty   map[string]int
	Nil     map[string]int
	Deleted map[int]int
	Huge    map[int]string
	First   *Item
	Key     string
	Absent  string
	Number  int32
	Pair    Pair
	Quad    [4]byte
	NilChan chan int
	Chan    chan string
	NilText []string
}

// lookup is what expressions on maps are of.
//
//go:noinline
func lookup(m *Maps, key string, number int32) int {
	counter += int64(len(key)) - int64(len(key))
	return len(m.Small) + int(number)
}

func newMaps() *Maps {
	first := &Item{11, 1.25, "eleven"}
	m := &Maps{
		Header:  map[string][]string{"Host": {"example.com"}, "Accept": {"text/html", "text/plain"}, "": {"empty"}},
		Small:   map[string]int{"one": 1, "two": 2, "three": 3},
		Hundred: map[string]Item{},
		Ints:    map[int32]*Item{-1: {-1, 0.5, "minus one"}, 7: {7, 7.5, "seven"}, 8: nil},
		Bytes:   map[uint8]string{200: "two hundred", 0: "zero"},
		Levels:  map[Level]bool{LevelLow: false, LevelHigh: true},
		Floats:  map[float64]int{1.5: 15, math.Inf(1): 99},
		Bools:   map[bool]string{true: "yes"},
		Runes:   map[rune]int16{'é': 233, 'a': 97},
		Pairs:   map[Pair]int64{{"a", 1}: 10, {"a", 2}: 20, {"b", 1}: 30},
		Arrays:  map[[4]byte]string{{1, 2, 3, 4}: "quad", {4, 3, 2, 1}: "other"},
		Points:  map[*Item]string{first: "first", {12, 0, "twelve"}: "second"},
		Wides:   map[string]Wide{"w": {[20]int64{5, 6}, "wide"}},
		WideKey: map[[20]int64]string{{1: 2}: "key"},
		Nested:  map[string]map[string]int{"outer": {"inner": 42}, "nil": nil},
		Sets:    map[string]struct{}{"member": {}},
		Empty:   map[string]int{},
		Deleted: map[int]int{},
		Huge:    map[int]string{},
		First:   first, Key: "two", Absent: "nowhere", Number: 7,
		Pair: Pair{"a", 2}, Quad: [4]byte{1, 2, 3, 4}, Chan: make(chan string, 3),
	}
	m.Chan <- "one"
	for i := 0; i < 100; i++ {
		m.Hundred[fmt.Sprint("key-", i)] = Item{int32(i), float32(i) / 2, fmt.Sprint("item ", i)}
	}
	for i := 0; i < 60; i++ {
		m.Deleted[i] = i * i
	}
	for i := 0; i < 60; i++ {
		if i%4 != 0 {
			delete(m.Deleted, i)
		}
	}
	for i := 0; i < 20000; i++ {
		m.Huge[i] = "huge"
	}
	return m
}
