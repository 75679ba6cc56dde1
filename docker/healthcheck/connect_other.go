//go:build !linux

package main

import (
	"net"
	"net/netip"
	"time"
)

// connect opens a connection. The images have Linux's version of the program, so the
// size of this one does not matter.
func connect(target netip.AddrPort, patience time.Duration) (connection, error) {
	return net.DialTimeout("tcp", target.String(), patience)
}
