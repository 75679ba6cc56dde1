// Package quota keeps one client address from taking what is there for all: it
// bounds how often an address may ask, and how many of its requests are under
// way at a time.
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

	// forgetAfter is how long an address is remembered after its last request.
	// Its allowance is whole again by then, so that forgetting changes nothing.
	forgetAfter = time.Minute
)

// ErrTooManyAtOnce refuses a request while others of its address are under way.
var ErrTooManyAtOnce = errors.New("too many requests of this address are under way")

// TooSoonError refuses a request that comes too soon after others of its address.
type TooSoonError struct {
	Wait time.Duration // until there is room for one
}

func (e *TooSoonError) Error() string {
	return fmt.Sprintf("this address has asked too often, and may ask again in %s", e.Wait)
}

// Config is what one address may do.
type Config struct {
	// PerMinute is how many requests an address may begin in a minute, on average;
	// as many may come at once after a quiet minute. 0: as many as it likes.
	PerMinute int
	// AtOnce is how many of its requests may be under way. 0: as many as it likes.
	AtOnce int
}

// Limiter counts requests by address. It is safe for concurrent use.
type Limiter struct {
	cfg Config
	max int // addresses
	// Addresses are remembered as hashes under a key of this process alone: what
	// is in memory names nobody.
	seed maphash.Seed

	mu        sync.Mutex
	addresses map[uint64]*address // guarded by mu
	idle      *list.List          // guarded by mu: those with nothing under way, the longest idle first
	forgetter *time.Timer         // guarded by mu: nil while there is nobody to forget
}

// address is what is remembered of one.
type address struct {
	hash     uint64
	tokens   *rate.Limiter // nil: no limit
	underWay int
	since    time.Time     // when it became idle
	place    *list.Element // in Limiter.idle, nil while requests are under way
}

// New returns a Limiter that knows nobody.
func New(cfg Config) *Limiter {
	return &Limiter{cfg: cfg, max: maxAddresses, seed: maphash.MakeSeed(), addresses: map[uint64]*address{}, idle: list.New()}
}

// Take admits a request, whose end must be told by release, or says why not: the
// error is ErrTooManyAtOnce or a *TooSoonError. Addresses of one IPv6 network of
// 64 bits count as one, because that is what one customer is given.
func (l *Limiter) Take(client netip.Addr) (release func(), err error) {
	if l.cfg == (Config{}) {
		return func() {}, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.find(maphash.Comparable(l.seed, network(client)))
	if a == nil || l.cfg.AtOnce > 0 && a.underWay >= l.cfg.AtOnce {
		return nil, ErrTooManyAtOnce
	}
	if a.tokens != nil {
		now := time.Now()
		reservation := a.tokens.ReserveN(now, 1)
		if wait := reservation.DelayFrom(now); wait > 0 {
			reservation.CancelAt(now)
			return nil, &TooSoonError{wait}
		}
	}
	a.underWay++
	if a.place != nil {
		l.idle.Remove(a.place)
		a.place = nil
	}
	return sync.OnceFunc(func() { l.release(a) }), nil
}

// Addresses is how many are remembered.
func (l *Limiter) Addresses() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.addresses)
}

// find returns an address, new or known. When no more can be remembered, the one
// that has been idle the longest makes room; nil when none is idle. It must be
// called with mu held.
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
	a.underWay--
	if a.underWay > 0 {
		return
	}
	a.since = time.Now()
	a.place = l.idle.PushBack(a)
	if l.forgetter == nil {
		l.forgetter = time.AfterFunc(forgetAfter, l.forgetIdle)
	}
}

// forgetIdle forgets who has been idle for long enough, and comes back for the next.
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
