// Package quota keeps one client address from using up the service for all others. It limits how many requests an address
// may begin in a minute, and how many of its requests may be in flight.
package quota

import (
	"container/list"
	"errors"
	"fmt"
	"hash/maphash"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// maxAddresses is how many addresses are remembered at a time: some 3 MB.
	maxAddresses = 16384

	// forgetAfter is how long an address is remembered after its last request. By then it has its full allowance again,
	// so forgetting it changes nothing.
	forgetAfter = time.Minute
)

// ErrTooManyInFlight refuses a request because too many others of its address are in flight.
var ErrTooManyInFlight = errors.New("too many requests of this address are in flight")

// TooSoonError refuses a request that comes too soon after others of its address.
type TooSoonError struct {
	Wait time.Duration // until the next request is allowed
}

func (e *TooSoonError) Error() string {
	return fmt.Sprintf("too many requests of this address in a minute: the next may come in %s", e.Wait)
}

// Config limits one address.
type Config struct {
	// PerMinute is how many requests an address may begin in a minute, on average. After a quiet minute, that many may
	// begin at once. 0: no limit.
	PerMinute int
	// MaxConcurrent is how many of its requests may be in flight. 0: no limit.
	MaxConcurrent int
}

// Limiter counts requests by address. It is safe for concurrent use.
type Limiter struct {
	cfg Config
	max int // addresses
	// Addresses are remembered only as hashes, with a key that only this process has. So its memory does not tell who
	// the clients are.
	seed maphash.Seed

	mu        sync.Mutex
	addresses map[uint64]*address // guarded by mu
	idle      *list.List          // guarded by mu: those with nothing in flight, the longest idle first
	forgetter *time.Timer         // guarded by mu: nil while no address is idle
}

// address holds the data about one address.
type address struct {
	hash     uint64
	tokens   *rate.Limiter // nil: no limit
	inFlight int
	since    time.Time     // when it became idle
	place    *list.Element // in Limiter.idle, nil while requests are in flight
}

// New returns a Limiter that remembers no address yet.
func New(cfg Config) *Limiter {
	return &Limiter{cfg: cfg, max: maxAddresses, seed: maphash.MakeSeed(), addresses: map[uint64]*address{}, idle: list.New()}
}

// Take admits a request, or refuses it with ErrTooManyInFlight or a *TooSoonError. The caller calls release when an
// admitted request ends. Addresses of one IPv6 network of 64 bits count as one, because one customer gets such a network.
func (l *Limiter) Take(client netip.Addr) (release func(), err error) {
	if l.cfg == (Config{}) {
		return func() {}, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.find(maphash.Comparable(l.seed, network(client)))
	if a == nil || l.cfg.MaxConcurrent > 0 && a.inFlight >= l.cfg.MaxConcurrent {
		return nil, ErrTooManyInFlight
	}
	if a.tokens != nil {
		now := time.Now()
		reservation := a.tokens.ReserveN(now, 1)
		if wait := reservation.DelayFrom(now); wait > 0 {
			reservation.CancelAt(now)
			return nil, &TooSoonError{wait}
		}
	}
	a.inFlight++
	if a.place != nil {
		l.idle.Remove(a.place)
		a.place = nil
	}
	return sync.OnceFunc(func() { l.release(a) }), nil
}

// Addresses returns how many addresses are remembered.
func (l *Limiter) Addresses() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.addresses)
}

// find returns an address, new or known. When no more can be remembered, it forgets the one that has been idle the
// longest; it returns nil when none is idle. It must be called with mu held.
func (l *Limiter) find(hash uint64) *address {
	if a, known := l.addresses[hash]; known {
		return a
	}
	if len(l.addresses) >= l.max {
		longest := l.idle.Front()
		if longest == nil {
			return nil
		}
		l.forget(longest)
	}
	a := &address{hash: hash}
	if n := l.cfg.PerMinute; n > 0 {
		a.tokens = rate.NewLimiter(rate.Limit(float64(n)/time.Minute.Seconds()), n)
	}
	l.addresses[hash] = a
	return a
}

func (l *Limiter) release(a *address) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a.inFlight--
	if a.inFlight > 0 {
		return
	}
	a.since = time.Now()
	a.place = l.idle.PushBack(a)
	if l.forgetter == nil {
		l.forgetter = time.AfterFunc(forgetAfter, l.forgetIdle)
	}
}

// forgetIdle forgets the addresses that have been idle for long enough, and sets the timer for the next one.
func (l *Limiter) forgetIdle() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for longest := l.idle.Front(); longest != nil; longest = l.idle.Front() {
		if left := forgetAfter - time.Since(longest.Value.(*address).since); left > 0 {
			l.forgetter.Reset(left)
			return
		}
		l.forget(longest)
	}
	l.forgetter = nil
}

// forget must be called with mu held.
func (l *Limiter) forget(place *list.Element) {
	delete(l.addresses, l.idle.Remove(place).(*address).hash)
}
