//go:build !linux

package daemon

// holdOffClients does nothing: only Linux can filter a listener's packets. A client
// that connects while the listener closes is reset.
func (l *drainListener) holdOffClients() error { return nil }

// mayHoldMore cannot look into the queue: Accept tries once more each time.
func (l *drainListener) mayHoldMore(attempt int) bool { return attempt == 0 }
