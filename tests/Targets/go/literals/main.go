// Literals in pages of the program's file that are not in the memory of the process.
package main

import (
	"syscall"
	"unsafe"

	"targets/protocol"
)

type user struct {
	id   int
	name string
}

// text: a string literal.
//
//go:noinline
func text(s string) {}

// words: a slice of literals; where it is itself has been written.
//
//go:noinline
func words(list []string) {}

// login: a literal in a structure.
//
//go:noinline
func login(u *user) {}

const madviseDontNeed = 4

// drop takes the page of a literal out of memory; the runtime may bring it back when it touches its neighbours.
func drop(s string) {
	page := *(*uintptr)(unsafe.Pointer(&s)) &^ 4095
	syscall.RawSyscall(syscall.SYS_MADVISE, page, 4096, madviseDontNeed)
}

var hidden = "alice"

func main() {
	list := []string{"first word", "second word"}
	u := &user{7, hidden}
	protocol.Run(func() {
		literal := "a string literal"
		drop(literal)
		text(literal)
		drop(list[0])
		drop(list[1])
		words(list)
		drop(u.name)
		login(u)
	})
}
