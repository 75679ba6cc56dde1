// Command healthcheck asks one address and exits 0 when it answers 200. Images
// without a shell have nothing else to ask with, and the model server's own
// binary would map half a gigabyte of library at every probe. It speaks just
// enough TCP and HTTP by itself: package net would double its size, net/http make
// it five times as large.
package main

import (
	"errors"
	"net/netip"
	"os"
	"strings"
	"syscall"
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
	if _, err := connection.WriteString("GET /" + path + " HTTP/1.0\r\nHost: " + host + "\r\n\r\n"); err != nil {
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

// connect opens a connection that has deadlines.
func connect(target netip.AddrPort, patience time.Duration) (*os.File, error) {
	family, where := syscall.AF_INET6, syscall.Sockaddr(&syscall.SockaddrInet6{Port: int(target.Port()), Addr: target.Addr().As16()})
	if target.Addr().Is4() {
		family, where = syscall.AF_INET, &syscall.SockaddrInet4{Port: int(target.Port()), Addr: target.Addr().As4()}
	}
	socket, err := syscall.Socket(family, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	// What a send may take, connecting may take as well.
	limit := syscall.NsecToTimeval(int64(patience))
	err = syscall.SetsockoptTimeval(socket, syscall.SOL_SOCKET, syscall.SO_SNDTIMEO, &limit)
	if err == nil {
		err = syscall.Connect(socket, where)
	}
	if err == nil {
		err = syscall.SetNonblock(socket, true) // so that a file of it has deadlines
	}
	if err != nil {
		_ = syscall.Close(socket) // nothing was sent
		return nil, err
	}
	return os.NewFile(uintptr(socket), target.String()), nil
}

// readStatus reads an answer's first line, as far as its status can be told.
func readStatus(connection *os.File) (string, error) {
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
