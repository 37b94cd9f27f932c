// Eight goroutines that call checked without end, on stacks that grow, among collections, signals and children. On SIGTERM it says
// whether what they computed is right, and ends with 0 if so. The Go side of ../../soak/soak.c.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

var wrong, ending int64

//go:noinline
func mixed(n uint64) uint64 { return n * 3 }

// n, n * 40503 and n in digits: who reads them can tell whether they belong together.
//
//go:noinline
func checked(n, check uint64, text string) uint64 {
	return mixed(n) + check + uint64(text[0])
}

//go:noinline
func forked(n int) int { return n + 1 }

// A frame too large for a fresh goroutine's stack, so that each one's grows below the calls that are traced.
//
//go:noinline
func deep(n, levels uint64) {
	var frame [600]byte
	frame[n%600] = 1
	if levels > 0 {
		deep(n, levels-1)
		return
	}
	text := strconv.FormatUint(n, 10)
	check := n * 40503 % 4294967296
	if checked(n, check, text) != n*3+check+uint64(text[0]) || frame[n%600] != 1 {
		atomic.AddInt64(&wrong, 1)
	}
}

func main() {
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	go func() { <-terminated; atomic.StoreInt64(&ending, 1) }()
	var all sync.WaitGroup
	for start := uint64(0); start < 8; start++ {
		start := start
		all.Add(1)
		go func() {
			defer all.Done()
			for n := start; atomic.LoadInt64(&ending) == 0; n = (n + 8) % 4000000 {
				deep(n, 0)
				if n%64 < 8 {
					grown := make(chan bool)
					go func() { deep(n, 20); close(grown) }()
					<-grown
					time.Sleep(200 * time.Microsecond)
				}
			}
		}()
	}
	all.Add(1)
	go func() {
		defer all.Done()
		for n := 0; atomic.LoadInt64(&ending) == 0; n++ {
			runtime.GC()
			if exec.Command("/bin/true").Run() != nil || forked(n) != n+1 {
				atomic.AddInt64(&wrong, 1)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	fmt.Println("ready")
	all.Wait()
	if wrong != 0 {
		fmt.Println(wrong, "wrong results")
		os.Exit(1)
	}
	fmt.Println("sums agree")
}
