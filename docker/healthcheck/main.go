// Command healthcheck requests one address and exits 0 when it answers 200. It exists
// because images without a shell have no other client, and because the model server's
// own binary would map half a gigabyte of libraries for every probe. It implements just
// enough TCP and HTTP itself: package net would double its size, and net/http would
// make it five times as large.
package main

import (
	"errors"
	"io"
	"net/netip"
	"os"
	"strings"
	"time"
)

const patience = 3 * time.Second

func main() {
	if len(os.Args) != 2 {
		os.Stderr.WriteString("usage: healthcheck http://ADDRESS:PORT/PATH\n")
		os.Exit(2)
	}
	if err := ask(os.Args[1], patience); err != nil {
		os.Stderr.WriteString("healthcheck: " + err.Error() + "\n")
		os.Exit(1)
	}
}

// connection is an *os.File or a net.Conn.
type connection interface {
	io.ReadWriteCloser
	SetDeadline(time.Time) error
}

// ask returns nil when the address answers 200 in time.
func ask(address string, patience time.Duration) error {
	rest, found := strings.CutPrefix(address, "http://")
	host, path, _ := strings.Cut(rest, "/")
	target, err := netip.ParseAddrPort(host)
	if !found || err != nil {
		return errors.New("want an address such as http://127.0.0.1:8081/readyz")
	}
	connection, err := connect(target, patience)
	if err != nil {
		return errors.New("connect: " + err.Error())
	}
	defer connection.Close()
	if err := connection.SetDeadline(time.Now().Add(patience)); err != nil {
		return errors.New("set the deadline: " + err.Error())
	}
	if _, err := io.WriteString(connection, "GET /"+path+" HTTP/1.0\r\nHost: "+host+"\r\n\r\n"); err != nil {
		return errors.New("ask: " + err.Error())
	}
	line, err := readStatus(connection)
	if err != nil {
		return errors.New("read the answer: " + err.Error())
	}
	fields := strings.Fields(line)
	if len(fields) < 2 || !strings.HasPrefix(fields[0], "HTTP/1.") {
		return errors.New("the answer is not HTTP")
	}
	if fields[1] != "200" {
		return errors.New("it answers " + fields[1])
	}
	return nil
}

// readStatus reads an answer's first line, which holds its status.
func readStatus(connection io.Reader) (string, error) {
	var line []byte
	buffer := make([]byte, 256)
	for {
		n, err := connection.Read(buffer)
		line = append(line, buffer[:n]...)
		if first, _, whole := strings.Cut(string(line), "\n"); whole {
			return first, nil
		}
		if err != nil {
			return "", err
		}
		if len(line) > 1024 {
			return "", errors.New("its first line has no end")
		}
	}
}
