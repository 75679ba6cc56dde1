package quota

import (
	"errors"
	"net/netip"
	"strings"
)

// Networks are networks whose word is taken for who asked them.
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

// Client is whose request it is that came from peer. Anybody can write an
// X-Forwarded-For, so forwarded, its lines, are only read when a trusted proxy
// sent them, and from the right: each proxy appends whom it heard from, and the
// first who is not trusted is the client, whatever stands left of it.
func (n Networks) Client(peer netip.Addr, forwarded []string) netip.Addr {
	client := plain(peer)
	hops := strings.Split(strings.Join(forwarded, ","), ",")
	for i := len(hops) - 1; i >= 0 && n.has(client); i-- {
		before, ok := parseHop(strings.TrimSpace(hops[i]))
		if !ok {
			break // the last proxy that is known is as far as one can see
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

// plain is an address without what makes two of one: an IPv4 address written as
// IPv6, a zone.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// network is what is counted as one client.
func network(a netip.Addr) netip.Prefix {
	a = plain(a)
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	return netip.PrefixFrom(a, bits).Masked()
}
