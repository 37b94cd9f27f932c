// What needs following: pointers to pointers, lists, trees, cycles, slices of pointers and of slices.
package main

import "targets/protocol"

var sink int

// Node is a list or a ring.
type Node struct {
	Value int
	Next  *Node
}

// Tree is a binary tree.
type Tree struct {
	Left, Right *Tree
	Value       int
}

//go:noinline
func list(n *Node) { sink += n.Value }

//go:noinline
func tree(t *Tree) { sink += t.Value }

//go:noinline
func slices(p []*Node, s [][]string, a [2]*Node, pp **Node) { sink += len(p) + len(s) + len(a) }

// A wide one: what does not fit is cut and says so.
//
//go:noinline
func wide(s []string, n *Node) { sink += len(s) }

//go:noinline
func both(n *Node) (*Node, []*Node) { sink++; n.Value = 100; return n.Next, []*Node{n} }

func main() {
	protocol.Run(func() {
		ring := &Node{1, &Node{2, &Node{3, nil}}}
		list(ring)
		ring.Next.Next.Next = ring
		list(ring)
		tree(&Tree{&Tree{nil, nil, 1}, &Tree{&Tree{nil, nil, 2}, nil, 3}, 4})
		n := &Node{5, nil}
		slices([]*Node{n, nil, {6, n}}, [][]string{{"a", "b"}, nil, {"c"}}, [2]*Node{n, nil}, &n)
		var texts []string
		for i := 0; i < 200; i++ {
			texts = append(texts, string(make([]byte, 100)))
		}
		wide(texts, n)
		both(&Node{7, &Node{8, nil}})
	})
}
