// Strings: empty, plain, not ASCII, with zero bytes, longer than the limit, behind a pointer.
package main

import (
	"strings"
	"targets/protocol"
)

var sink int

// text: one string.
//
//go:noinline
func text(s string) {
	sink += len(s)
}

// texts: two strings with a number between them; four registers and one.
//
//go:noinline
func texts(a string, n int, b string) {
	sink += len(a) + n + len(b)
}

// pointer: the string header itself is in memory.
//
//go:noinline
func pointer(p *string) {
	if p != nil {
		sink += len(*p)
	}
}

func main() {
	name := "alice"
	long := strings.Repeat("0123456789", 500)
	protocol.Run(func() {
		text("")
		text("hello, world")
		text("Grüße, 世界 \U0001F600")
		text("tab\tquote\"line\nend")
		text("zero\x00byte")
		text("\xff\xfe")
		text(long)
		text(long[:128])
		text(long[:129])
		texts("key", 42, "value")
		pointer(&name)
		pointer(nil)
	})
}
