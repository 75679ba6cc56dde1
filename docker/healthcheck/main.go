// Command healthcheck asks one address and exits 0 when it answers 200. Images
// without a shell have nothing else to ask with, and the model server's own
// binary would map half a gigabyte of library at every probe. It speaks just
// enough HTTP by itself: net/http would make it three times as large.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"
)

const patience = 3 * time.Second

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: healthcheck http://HOST:PORT/PATH")
		os.Exit(2)
	}
	if err := ask(os.Args[1], patience); err != nil {
		fmt.Fprintln(os.Stderr, "healthcheck:", err)
		os.Exit(1)
	}
}

// ask returns nil when the address answers 200 in time.
func ask(address string, patience time.Duration) error {
	target, err := url.Parse(address)
	if err != nil || target.Scheme != "http" || target.Port() == "" {
		return errors.New("want an address such as http://127.0.0.1:8081/readyz")
	}
	connection, err := net.DialTimeout("tcp", target.Host, patience)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer connection.Close()
	if err := connection.SetDeadline(time.Now().Add(patience)); err != nil {
		return fmt.Errorf("set the deadline: %w", err)
	}
	if _, err := fmt.Fprintf(connection, "GET %s HTTP/1.0\r\nHost: %s\r\n\r\n", target.RequestURI(), target.Host); err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	line, err := bufio.NewReader(connection).ReadString('\n')
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	fields := strings.Fields(line)
	if len(fields) < 2 || !strings.HasPrefix(fields[0], "HTTP/1.") {
		return errors.New("the answer is not HTTP")
	}
	if fields[1] != "200" {
		return fmt.Errorf("it answers %s", fields[1])
	}
	return nil
}
