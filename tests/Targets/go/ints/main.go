// Integers and booleans of every width and sign, and more arguments than there are registers.
package main

import "targets/protocol"

var sink uint64

// signed: every signed width, the extremes of each.
//
//go:noinline
func signed(a int8, b int16, c int32, d int64, e int) {
	sink += uint64(a) + uint64(b) + uint64(c) + uint64(d) + uint64(e)
}

// unsigned: every unsigned width; uintptr is a number too.
//
//go:noinline
func unsigned(a uint8, b uint16, c uint32, d uint64, e uint, f uintptr) {
	sink += uint64(a) + uint64(b) + uint64(c) + d + uint64(e) + uint64(f)
}

// bools: one byte each, all four combinations.
//
//go:noinline
func bools(a, b bool) {
	if a != b {
		sink++
	}
}

// named: types with a name of their own, rune and byte.
//
//go:noinline
func named(level Level, letter rune, octet byte) {
	sink += uint64(level) + uint64(letter) + uint64(octet)
}

// Level is an integer under another name.
type Level int16

// many: more than the nine integer registers, so that the last ones are on the stack.
//
//go:noinline
func many(a, b, c, d, e, f, g, h, i, j, k, l int64) {
	sink += uint64(a + b + c + d + e + f + g + h + i + j + k + l)
}

// blank: an argument without a name is not shown, those after it are in their places.
//
//go:noinline
func blank(_ int64, b int64) {
	sink += uint64(b)
}

// method: the receiver is the first argument.
//
//go:noinline
func (level Level) raise(by int16) Level {
	return level + Level(by)
}

// nothing: no arguments at all.
//
//go:noinline
func nothing() {
	sink++
}

func main() {
	protocol.Run(func() {
		signed(-128, -32768, -2147483648, -9223372036854775808, -1)
		signed(127, 32767, 2147483647, 9223372036854775807, 1)
		unsigned(255, 65535, 4294967295, 18446744073709551615, 9007199254740993, 4096)
		bools(true, false)
		bools(false, true)
		named(-7, 'ß', 200)
		many(1, -2, 3, -4, 5, -6, 7, -8, 9, -10, 11, -12)
		blank(1, 2)
		sink += uint64(Level(40).raise(2))
		nothing()
	})
}
