package daemon

import (
	"errors"
	"net"
	"testing"
	"time"
)

// Whoever knocks after the last call is neither let in nor sent away yet: to be
// let in and reset would lose the request.
func TestNobodyIsLetInAfterTheLastCall(t *testing.T) {
	l, err := listenUntilLastCall("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dial := func() error {
		connection, err := net.DialTimeout("tcp", l.Addr().String(), 100*time.Millisecond)
		if err == nil {
			connection.Close()
		}
		return err
	}
	if err := dial(); err != nil {
		t.Fatalf("before the last call: %v", err)
	}
	if err := l.letNobodyIn(); err != nil {
		t.Fatal(err)
	}
	if failure, ok := errors.AsType[net.Error](dial()); !ok || !failure.Timeout() {
		t.Errorf("after it a client sees %v; want no answer", failure)
	}
	if !l.someoneWaits() {
		t.Error("the one who came before is forgotten")
	}
}
