package quota

import (
	"errors"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

func addr(text string) netip.Addr { return netip.MustParseAddr(text) }

// mustTake takes one place, and returns the function that gives it back.
func mustTake(t *testing.T, l *Limiter, client string) (release func()) {
	t.Helper()
	release, err := l.Take(addr(client))
	if err != nil {
		t.Fatalf("%s: %v", client, err)
	}
	return release
}

func TestTheRequestsOfAnAddressInAMinuteAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Config{PerMinute: 6})
		for range 6 {
			mustTake(t, l, "192.0.2.1")()
		}
		_, err := l.Take(addr("192.0.2.1"))
		soon, ok := errors.AsType[*TooSoonError](err)
		if !ok || soon.Wait != 10*time.Second {
			t.Fatalf("the seventh gets %v; want to wait ten seconds", err)
		}
		mustTake(t, l, "192.0.2.2")() // another address has its own allowance

		time.Sleep(soon.Wait - time.Second)
		if _, err := l.Take(addr("192.0.2.1")); err == nil {
			t.Error("a second before its time it is admitted")
		}
		time.Sleep(time.Second)
		mustTake(t, l, "192.0.2.1")()
		if _, err := l.Take(addr("192.0.2.1")); err == nil {
			t.Error("one may ask after ten seconds, and two were admitted")
		}
		time.Sleep(2 * forgetAfter)
	})
}

func TestTheRequestsOfAnAddressInFlightAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Config{MaxConcurrent: 2})
		first, second := mustTake(t, l, "192.0.2.1"), mustTake(t, l, "192.0.2.1")
		if _, err := l.Take(addr("192.0.2.1")); !errors.Is(err, ErrTooManyInFlight) {
			t.Fatalf("the third gets %v", err)
		}
		other := mustTake(t, l, "192.0.2.2")
		first()
		first() // the second call changes nothing
		third := mustTake(t, l, "192.0.2.1")
		if _, err := l.Take(addr("192.0.2.1")); err == nil {
			t.Error("one place came free, and two were given")
		}
		second()
		third()
		other()
		time.Sleep(2 * forgetAfter)
	})
}

// A refusal must not cost the allowance that a later request needs.
func TestARefusalForRequestsInFlightDoesNotCostAllowance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Config{PerMinute: 2, MaxConcurrent: 1})
		release := mustTake(t, l, "192.0.2.1")
		for range 10 {
			if _, err := l.Take(addr("192.0.2.1")); !errors.Is(err, ErrTooManyInFlight) {
				t.Fatal(err)
			}
		}
		release()
		mustTake(t, l, "192.0.2.1")()
		time.Sleep(2 * forgetAfter)
	})
}

func TestOneCustomersIPv6NetworkIsOneClient(t *testing.T) {
	tests := []struct {
		name, first, second string
		same                bool
	}{
		{"two addresses of one network of 64 bits", "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
		{"two neighbouring networks", "2001:db8:1:2::1", "2001:db8:1:3::1", false},
		{"an IPv4 address, and the same written as IPv6", "192.0.2.1", "::ffff:192.0.2.1", true},
		{"two neighbouring IPv4 addresses", "192.0.2.1", "192.0.2.2", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := New(Config{MaxConcurrent: 1})
				release := mustTake(t, l, test.first)
				again, err := l.Take(addr(test.second))
				if refused := errors.Is(err, ErrTooManyInFlight); refused != test.same {
					t.Errorf("the second gets %v", err)
				}
				release()
				if err == nil {
					again()
				}
				time.Sleep(2 * forgetAfter)
			})
		})
	}
}

func TestAnAddressIsForgottenAfterAnIdleMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Config{PerMinute: 5, MaxConcurrent: 5})
		mustTake(t, l, "192.0.2.1")()
		time.Sleep(forgetAfter / 2)
		mustTake(t, l, "192.0.2.2")()
		stays := mustTake(t, l, "192.0.2.3")
		for i, want := range []int{3, 2, 1} { // at once, after the first has been idle for a minute, and after the second has
			if i > 0 {
				time.Sleep(forgetAfter / 2)
			}
			synctest.Wait()
			if got := l.Addresses(); got != want {
				t.Fatalf("after %d half minutes %d are remembered, want %d", i, got, want)
			}
		}
		time.Sleep(time.Hour) // an address is never forgotten while its request is under way
		if l.Addresses() != 1 {
			t.Error("it was forgotten while its request was under way")
		}
		stays()
		time.Sleep(forgetAfter)
		synctest.Wait()
		if l.Addresses() != 0 {
			t.Error("somebody is remembered for ever")
		}
	})
}

func TestMemoryIsBoundedWhateverTheNumberOfAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Config{PerMinute: 1})
		l.max = 3
		release := mustTake(t, l, "192.0.2.1")
		for i := range 100 {
			mustTake(t, l, netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}).String())()
			if l.Addresses() > 3 {
				t.Fatalf("%d addresses are remembered", l.Addresses())
			}
		}
		// The latest address is still known, and so is the one whose request is in flight.
		for _, known := range []string{"198.51.100.99", "192.0.2.1"} {
			if _, err := l.Take(addr(known)); err == nil {
				t.Errorf("%s was forgotten", known)
			}
		}
		release()
		time.Sleep(2 * forgetAfter)

		var all []func()
		for i := range 3 {
			all = append(all, mustTake(t, l, netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}).String()))
		}
		if _, err := l.Take(addr("192.0.2.9")); !errors.Is(err, ErrTooManyInFlight) {
			t.Errorf("with nobody to forget a new address gets %v", err)
		}
		for _, release := range all {
			release()
		}
		time.Sleep(2 * forgetAfter)
	})
}

func TestWithoutLimitsNoAddressIsRemembered(t *testing.T) {
	l := New(Config{})
	for range 100 {
		mustTake(t, l, "192.0.2.1")
	}
	if l.Addresses() != 0 {
		t.Error("an address is remembered for nothing")
	}
}
