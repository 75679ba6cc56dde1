package main

import (
	"net/netip"
	"os"
	"syscall"
	"time"
)

// connect opens a connection that has deadlines.
func connect(target netip.AddrPort, patience time.Duration) (connection, error) {
	family, address := syscall.AF_INET6, syscall.Sockaddr(&syscall.SockaddrInet6{Port: int(target.Port()), Addr: target.Addr().As16()})
	if target.Addr().Is4() {
		family, address = syscall.AF_INET, &syscall.SockaddrInet4{Port: int(target.Port()), Addr: target.Addr().As4()}
	}
	socket, err := syscall.Socket(family, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	// The time limit for sending also limits the time to connect.
	limit := syscall.NsecToTimeval(int64(patience))
	err = syscall.SetsockoptTimeval(socket, syscall.SOL_SOCKET, syscall.SO_SNDTIMEO, &limit)
	if err == nil {
		err = syscall.Connect(socket, address)
	}
	if err == nil {
		err = syscall.SetNonblock(socket, true) // a file supports deadlines only if it does not block
	}
	if err != nil {
		_ = syscall.Close(socket) // nothing was sent
		return nil, err
	}
	return os.NewFile(uintptr(socket), target.String()), nil
}
