// Interfaces with every kind of dynamic type, errors with their texts, functions with what they captured.
package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"syscall"
	"targets/protocol"
)

var sink int

// Animal is an interface with a method.
type Animal interface{ Sound() string }

// Cat is one behind a pointer.
type Cat struct {
	Name  string
	Lives int
}

// Sound makes Cat an Animal.
func (c *Cat) Sound() string { return c.Name }

// Dog is one by value.
type Dog struct{ Name string }

// Sound makes Dog an Animal.
func (d Dog) Sound() string { return d.Name }

// Number is one that is no struct.
type Number int

// Sound makes Number an Animal.
func (n Number) Sound() string { return "n" }

// Own is an error whose text only its code knows.
type Own struct{ Code int }

func (o *Own) Error() string { return fmt.Sprint("own ", o.Code) }

// Interfaces with methods.
//
//go:noinline
func animals(a, b, c, d, e Animal) { sink++ }

// Empty interfaces.
//
//go:noinline
func anything(a, b, c, d, e, f, g interface{}) { sink++ }

// Errors, as argument and result.
//
//go:noinline
func fail(n int, e error) error { sink++; return e }

// Functions: plain, closure, method value, nil.
//
//go:noinline
func call(f func(int) int, g func(int) int, h func() string, z func()) int { return f(1) + g(2) }

//go:noinline
func plain(i int) int { return i + sink }

type nothing struct{}

// A result without a size, which Go 1.15 lists behind the one after it.
//
//go:noinline
func noSize(n int) (nothing, error) { sink += n; return nothing{}, errors.New("seen") }

func main() {
	protocol.Run(func() {
		animals(&Cat{"tom", 9}, Dog{"rex"}, Number(5), nil, (*Cat)(nil))
		anything(5, "text", 1.5, []int{1, 2}, map[string]int{"m": 1}, &Cat{"any", 1}, nil)
		_, open := os.Open("/does/not/exist")
		_, number := strconv.Atoi("12x")
		_, parse := url.Parse("http://[::1")
		for i, e := range []error{
			nil, errors.New("plain"), fmt.Errorf("wrapped: %w", open), open, syscall.ENOENT, number, parse, &Own{7},
			&net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80}, Err: &os.SyscallError{Syscall: "connect", Err: syscall.ECONNREFUSED}},
		} {
			if fail(i, e) != nil {
				sink++
			}
		}
		count, factor, cat := 5, 3, &Cat{"method", 2}
		add := func(i int) int { count += i; return count * factor }
		call(plain, add, cat.Sound, nil)
		noSize(1)
	})
}
