//go:build !linux

package main

import (
	"net"
	"net/netip"
	"time"
)

// connect opens a connection. The program runs in images of Linux only; here its
// size does not matter.
func connect(target netip.AddrPort, patience time.Duration) (connection, error) {
	return net.DialTimeout("tcp", target.String(), patience)
}
