// Calls handle as often as each line of its input says, and says how long a call took.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"time"
)

type User struct {
	ID   int
	Name string
}

//go:noinline
func leaf(n int) int { return n + len(os.Args) }

//go:noinline
func handle(id int, key string, user *User) int { return leaf(id) + len(key) + user.ID }

func main() {
	fmt.Println("ready", os.Getpid())
	user := &User{7, "alice"}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		calls, _ := strconv.Atoi(in.Text())
		sum, start := 0, time.Now()
		for i := 0; i < calls; i++ {
			sum += handle(i, "user:123456", user)
		}
		fmt.Println("took", time.Since(start).Nanoseconds()/int64(calls), sum)
	}
}
