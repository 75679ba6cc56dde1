package quota

import "testing"

func TestTheClientOfARequest(t *testing.T) {
	const proxies = "10.0.0.0/8, 2001:db8:ffff::/48,192.0.2.7"
	tests := []struct {
		name, trusted, peer string
		forwarded           []string
		want                string
	}{
		{"without proxies the peer is the client", "", "203.0.113.5", nil, "203.0.113.5"},
		{"what a stranger says of itself is not read", proxies, "203.0.113.5", []string{"198.51.100.1"}, "203.0.113.5"},
		{"nor when no proxy is trusted", "", "10.0.0.1", []string{"198.51.100.1"}, "10.0.0.1"},
		{"a trusted proxy is believed", proxies, "10.0.0.1", []string{"198.51.100.1"}, "198.51.100.1"},
		{"a single trusted address too", proxies, "192.0.2.7", []string{"198.51.100.1"}, "198.51.100.1"},
		{"and one over IPv6", proxies, "2001:db8:ffff::1", []string{"2001:db8::9"}, "2001:db8::9"},
		{"a proxy's IPv4 address written as IPv6 is the same", proxies, "::ffff:10.0.0.1", []string{"198.51.100.1"}, "198.51.100.1"},
		{"what the client wrote itself stands left, and is not read", proxies, "10.0.0.1", []string{"1.1.1.1, 198.51.100.1"}, "198.51.100.1"},
		{"a client cannot hide behind a trusted address either", proxies, "10.0.0.1", []string{"10.9.9.9, 198.51.100.1"}, "198.51.100.1"},
		{"several proxies are walked through, from the right", proxies, "10.0.0.1", []string{"198.51.100.1, 10.0.0.3, 10.0.0.2"}, "198.51.100.1"},
		{"several lines are one list", proxies, "10.0.0.1", []string{"1.1.1.1", "198.51.100.1, 10.0.0.2"}, "198.51.100.1"},
		{"a client inside of the trusted network is itself", proxies, "10.0.0.1", []string{"10.1.2.3"}, "10.1.2.3"},
		{"a proxy that says nothing is the client", proxies, "10.0.0.1", nil, "10.0.0.1"},
		{"nonsense ends the walk", proxies, "10.0.0.1", []string{"198.51.100.1, unknown, 10.0.0.2"}, "10.0.0.2"},
		{"an empty header is nonsense too", proxies, "10.0.0.1", []string{""}, "10.0.0.1"},
		{"a port is left out", proxies, "10.0.0.1", []string{"198.51.100.1:4711"}, "198.51.100.1"},
		{"a port of an IPv6 address too", proxies, "10.0.0.1", []string{"[2001:db8::9]:4711"}, "2001:db8::9"},
		{"and a zone", proxies, "10.0.0.1", []string{"fe80::1%eth0"}, "fe80::1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			networks, err := ParseNetworks(test.trusted)
			if err != nil {
				t.Fatal(err)
			}
			if got := networks.Client(addr(test.peer), test.forwarded); got.String() != test.want {
				t.Errorf("it is taken for %s, want %s", got, test.want)
			}
		})
	}
}

func TestTextsThatAreNotNetworksAreRefused(t *testing.T) {
	for _, text := range []string{"10.0.0.0/33", "proxy", "10.0.0.0/8;10.1.0.0/16", "fe80::1%eth0", "10.0.0.256"} {
		if networks, err := ParseNetworks(text); err == nil {
			t.Errorf("%q is read as %v", text, networks)
		}
	}
}
