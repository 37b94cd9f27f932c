// Calls from several goroutines at once, with a garbage collector that stops them and stacks that grow.
// Arguments: goroutines, calls of each.
package main

import (
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"targets/protocol"
	"time"
)

var sum int64

// work: each argument value comes exactly once.
//
//go:noinline
func work(worker int, call int64) int64 {
	atomic.AddInt64(&sum, call)
	return call * 2
}

func number(i int) int {
	n, err := strconv.Atoi(os.Args[i])
	if err != nil {
		panic(err)
	}
	return n
}

func main() {
	workers, calls := number(1), number(2)
	protocol.Run(func() {
		stop := make(chan bool)
		go func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(time.Millisecond):
					runtime.GC()
				}
			}
		}()
		var group sync.WaitGroup
		for worker := 0; worker < workers; worker++ {
			group.Add(1)
			go func(worker int) {
				defer group.Done()
				for call := 0; call < calls; call++ {
					work(worker, int64(call))
				}
			}(worker)
		}
		group.Wait()
		close(stop)
	})
}
