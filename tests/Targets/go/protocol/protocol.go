// Package protocol is how a target and its test talk: "ready PID", a line from the test, the calls, "done",
// another line, the end.
package protocol

import (
	"bufio"
	"fmt"
	"os"
)

// Run makes the calls when the test says so.
func Run(calls func()) {
	lines := bufio.NewReader(os.Stdin)
	fmt.Println("ready", os.Getpid())
	lines.ReadString('\n')
	calls()
	fmt.Println("done")
	lines.ReadString('\n')
}
