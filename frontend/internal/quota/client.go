package quota

import (
	"errors"
	"net/netip"
	"strings"
)

// Networks lists the proxies whose X-Forwarded-For is trusted.
type Networks []netip.Prefix

// ParseNetworks reads networks (10.0.0.0/8) and single addresses, with commas
// between.
func ParseNetworks(text string) (Networks, error) {
	var networks Networks
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(part)
		if err != nil {
			single, notEven := netip.ParseAddr(part)
			if notEven != nil || single.Zone() != "" {
				return nil, errors.New("want networks such as 10.0.0.0/8, with commas between")
			}
			prefix = netip.PrefixFrom(single, single.BitLen())
		}
		networks = append(networks, prefix.Masked())
	}
	return networks, nil
}

func (n Networks) has(a netip.Addr) bool {
	for _, prefix := range n {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// Client returns the client address of a request received from peer. forwarded are the request's X-Forwarded-For lines.
// Anybody can write those, so they are read only from a trusted proxy. Each proxy appends the address that it received
// the request from, so they are read from the right: the first address that is not trusted is the client. Everything to
// the left of it is ignored.
func (n Networks) Client(peer netip.Addr, forwarded []string) netip.Addr {
	client := plain(peer)
	hops := strings.Split(strings.Join(forwarded, ","), ",")
	for i := len(hops) - 1; i >= 0 && n.has(client); i-- {
		before, ok := parseHop(strings.TrimSpace(hops[i]))
		if !ok {
			break // nothing is known beyond the last known proxy
		}
		client = before
	}
	return client
}

// parseHop reads an address, also one with a port, as some proxies write it.
func parseHop(text string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(text); err == nil {
		return plain(a), true
	}
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return plain(withPort.Addr()), true
	}
	return netip.Addr{}, false
}

// plain normalises an address: IPv4-mapped IPv6 becomes IPv4, and zones are dropped.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// network is the range of addresses that counts as one client.
func network(a netip.Addr) netip.Prefix {
	a = plain(a)
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	return netip.PrefixFrom(a, bits).Masked()
}
