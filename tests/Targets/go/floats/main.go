// Floating point in memory, and in registers, where a probe cannot see it.
package main

import (
	"math"
	"targets/protocol"
)

var sink float64

// Pair holds both widths in memory.
type Pair struct {
	Narrow float32
	Wide   float64
}

// direct: in registers by the register convention, in memory by the stack convention; the integers between
// them keep their places.
//
//go:noinline
func direct(a int64, x float64, b int64, y float32, c int64) {
	sink += x + float64(y) + float64(a+b+c)
}

// behind: in memory always.
//
//go:noinline
func behind(p *Pair) {
	sink += float64(p.Narrow) + p.Wide
}

func main() {
	protocol.Run(func() {
		direct(1, 2.5, -3, 0.1, 4)
		behind(&Pair{0.1, 0.1})
		behind(&Pair{-1.5, 1e300})
		behind(&Pair{float32(math.Inf(-1)), math.NaN()})
		behind(&Pair{0, math.Inf(1)})
	})
}
