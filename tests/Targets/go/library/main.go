// Types of the standard library that people write in a way of their own.
package main

import (
	"context"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"targets/protocol"
	"time"
)

var sink int

// Times in UTC, in a fixed zone, with a monotonic part, zero; lengths of time.
//
//go:noinline
func times(u, f, n, z time.Time, d time.Duration, m time.Month) { sink++ }

// Numbers beyond a word.
//
//go:noinline
func numbers(small, large, negative *big.Int) { sink++ }

// Addresses.
//
//go:noinline
func addresses(four, six net.IP, u *url.URL) { sink++ }

// Locks.
//
//go:noinline
func locks(free, held *sync.Mutex, v *atomic.Value) { sink++ }

// A request.
//
//go:noinline
func handle(r *http.Request) { sink++ }

// A chain of contexts.
//
//go:noinline
func work(ctx context.Context) { sink++ }

type key string

// Locks of readers, what is done once, what is waited for.
//
//go:noinline
func waits(free, read, written *sync.RWMutex, o, done *sync.Once, w *sync.WaitGroup) { sink++ }

func main() {
	protocol.Run(func() {
		t := time.Date(2026, 11, 22, 14, 2, 11, 482119873, time.UTC)
		times(t, t.In(time.FixedZone("", 2*3600)), time.Now(), time.Time{}, 1500*time.Millisecond, time.November)
		large, _ := new(big.Int).SetString("123456789012345678901234567890", 10)
		numbers(big.NewInt(42), large, big.NewInt(-7))
		u, _ := url.Parse("http://example.com:8080/a/b?q=1#f")
		addresses(net.IPv4(10, 0, 0, 1), net.ParseIP("2001:db8::1"), u)
		var free, held sync.Mutex
		held.Lock()
		v := new(atomic.Value)
		v.Store("stored")
		locks(&free, &held, v)
		var idle, read, written sync.RWMutex
		read.RLock()
		read.RLock()
		written.Lock()
		var never, done sync.Once
		done.Do(func() {})
		var group sync.WaitGroup
		group.Add(3)
		waits(&idle, &read, &written, &never, &done, &group)
		r, _ := http.NewRequest("GET", "http://example.com/path", nil)
		r.Header.Set("Accept", "*/*")
		handle(r)
		work(context.WithValue(context.Background(), key("k"), "v"))
	})
}
