// Euler is a small web service to point sonde at: GET /e?iters=N answers with Euler's number,
// computed by N terms of its series.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
)

// computeE adds up the first terms of 1/0! + 1/1! + 1/2! + …
//
//go:noinline
func computeE(iterations int64) float64 {
	result, term := 1.0, 1.0
	for i := int64(1); i <= iterations; i++ {
		term /= float64(i)
		result += term
	}
	return result
}

var (
	auditLock sync.Mutex
	counts    = map[string]int{}
)

// audit counts what was asked for; it takes a map, a value of any type and an error.
//
//go:noinline
func audit(counts map[string]int, what interface{}, err error) {
	if err != nil {
		counts["errors"]++
	}
	counts[fmt.Sprintf("%T", what)]++
}

func serveE(w http.ResponseWriter, r *http.Request) {
	iterations, err := strconv.ParseInt(r.URL.Query().Get("iters"), 10, 64)
	auditLock.Lock()
	audit(counts, iterations, err)
	auditLock.Unlock()
	if err != nil || iterations < 0 || iterations > 1000000000 {
		http.Error(w, "iters must be a number from 0 to 1000000000", http.StatusBadRequest)
		return
	}
	fmt.Fprintf(w, "e = %0.15f\n", computeE(iterations))
}

func defaultPort() int {
	if port, err := strconv.Atoi(os.Getenv("PORT")); err == nil {
		return port
	}
	return 9090
}

func main() {
	port := flag.Int("port", defaultPort(), "port on the loopback address; 0 chooses a free one")
	flag.Parse()
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("pid %d listening on http://%s\n", os.Getpid(), listener.Addr())
	http.HandleFunc("/e", serveE)
	log.Fatal(http.Serve(listener, nil))
}
