// Read by the tests of the debug-information readers.
package main

import (
	"errors"
	"fmt"
	"sort"
	"sync"
)

type Shape interface{ Area() float64 }
type Square struct{ Side float64 }

func (s *Square) Area() float64 { return s.Side * s.Side }

type Item struct {
	Name  string
	Price int
	Tags  []string
	attrs map[string]int
}
type Cart struct {
	sync.Mutex
	Items []Item
	total int
}

//go:noinline
func (c *Cart) Add(it Item, n int) (total int, err error) {
	c.Lock()
	defer c.Unlock()
	if n < 0 {
		return 0, errors.New("negative")
	}
	for i := 0; i < n; i++ {
		c.Items = append(c.Items, it)
		c.total += it.Price
	}
	return c.total, nil
}

func sumAll(xs ...int) int {
	t := 0
	for _, x := range xs {
		t += x
	}
	return t
}

//go:noinline
func apply(f func(int) int, v int, z complex128) (int, string) { return f(v), fmt.Sprint(z) }

func main() {
	c := &Cart{}
	total, err := c.Add(Item{Name: "pear", Price: 3, Tags: []string{"a"}, attrs: map[string]int{"k": 1}}, 2)
	base := 10
	r, s := apply(func(v int) int { return v + base + sumAll(1, 2, v) }, total, complex(1, 2))
	var sh Shape = &Square{2}
	ch := make(chan Item, 1)
	go func() { ch <- Item{Name: s} }()
	it := <-ch
	sort.Ints([]int{3, 1})
	fmt.Println(r, err, sh.Area(), it.Name)
}
