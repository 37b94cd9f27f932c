// Calls functions of every kind of stack check a known number of times, on stacks that grow, with the garbage collector
// and the scheduler interrupting. Waits for a line, runs, prints "function calls" lines.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
)

type inner struct{ n int }
type outer struct {
	*inner
	other int
}
type getter interface{ Get(k int) int }

//go:noinline
func (i *inner) Get(k int) int { return small(i.n+k, "k") }

//go:noinline
func wrapped(w int) getter { return outer{&inner{w}, 1} }

//go:noinline
func leaf(a, b int) int { return a*7 + b }

//go:noinline
func small(a int, s string) int { return use([]byte(s)) + a }

//go:noinline
func use(b []byte) int {
	sum := 0
	for _, x := range b {
		sum += int(x)
	}
	return sum
}

//go:noinline
func medium(n int) int {
	var b [1500]byte
	b[n%1500] = 3
	return use(b[:])
}

//go:noinline
func large(n int) int {
	var b [9000]byte
	b[n%9000] = 3
	return use(b[:])
}

//go:noinline
func huge(n int) int {
	var b [90000]byte
	b[n%90000] = 3
	return use(b[n%90000:])
}

//go:noinline
func deep(n int) int {
	var b [300]byte
	b[n%300] = 1
	if n == 0 {
		return use(b[:])
	}
	return deep(n-1) + int(b[0])
}

//go:noinline
func recovers(n int) (r int) {
	defer func() {
		if recover() != nil {
			r = -1
		}
	}()
	if n%3 == 0 {
		panic(n)
	}
	return n
}

//go:noinline
func choose(n int) int {
	switch n {
	case 0:
		return leaf(1, 2)
	case 1:
		return 20
	case 2:
		return 31
	case 3:
		return small(4, "four")
	case 4:
		return 55
	case 5:
		return 66
	case 6:
		return 77
	case 7:
		return 88
	case 8:
		return 99
	}
	return n
}

//go:noinline
func adder(n int) func(int) int {
	return func(x int) int { return small(x+n, "x") }
}

//go:noinline
func spin(n int) int {
	for i := 0; i < 200000; i++ {
		n += i & n
	}
	return n
}

const (
	workers = 4
	rounds  = 60
	loops   = 100
	depth   = 60
)

func round(w int) int {
	sum := 0
	g := wrapped(w)
	add := adder(w)
	for i := 0; i < loops; i++ {
		sum += leaf(i, w) + medium(i) + choose(i%12) + add(i) + g.Get(i) + recovers(i)
	}
	// Fresh goroutines start with the smallest stack, so each of these grows it.
	var wg sync.WaitGroup
	out := make([]int, 4)
	for f := 0; f < 4; f++ {
		f := f
		wg.Add(1)
		go func() {
			defer wg.Done()
			switch f {
			case 0:
				out[f] = large(w)
			case 1:
				out[f] = huge(w)
			case 2:
				out[f] = deep(depth)
			case 3:
				out[f] = medium(w) + spin(w)
			}
		}()
	}
	wg.Wait()
	return sum + out[0] + out[1] + out[2] + out[3]
}

func main() {
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
	debug.SetGCPercent(5)
	stop := make(chan bool)
	go func() {
		for {
			select {
			case <-stop:
				return
			default:
				runtime.GC()
			}
		}
	}()
	var wg sync.WaitGroup
	sums := make([]int, workers)
	for w := 0; w < workers; w++ {
		w := w
		wg.Add(1)
		go func() {
			defer wg.Done()
			for r := 0; r < rounds; r++ {
				sums[w] += round(w)
			}
		}()
	}
	wg.Wait()
	close(stop)
	all := workers * rounds
	calls := all * loops
	zeros, threes := 0, 0
	for i := 0; i < loops; i++ {
		switch i % 12 {
		case 0:
			zeros++
		case 3:
			threes++
		}
	}
	fmt.Println("main.leaf", calls+all*zeros)
	fmt.Println("main.small", 2*calls+all*threes)
	fmt.Println("main.medium", calls+all)
	fmt.Println("main.large", all)
	fmt.Println("main.huge", all)
	fmt.Println("main.deep", all*(depth+1))
	fmt.Println("main.recovers", calls)
	fmt.Println("main.choose", calls)
	fmt.Println("main.adder.func1", calls)
	fmt.Println("main.(*inner).Get", calls)
	fmt.Println("main.(*outer).Get", calls)
	fmt.Println("main.spin", all)
	fmt.Println("sum", sums[0])
}
