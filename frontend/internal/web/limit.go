package web

import (
	"errors"
	"net"
	"net/http"
	"net/netip"

	"github.com/gofiber/fiber/v2"

	"pneumoscope/frontend/internal/quota"
)

// limitUploads admits an upload, or refuses it before a byte of it is read.
func (s *server) limitUploads(c *fiber.Ctx) error {
	release, err := s.uploadQuota.Take(s.client(c))
	if err != nil {
		return quotaFault(err)
	}
	defer release()
	return c.Next()
}

// limitOthers limits all requests except uploads. Requests for unknown paths and cross-site uploads count here, too. It
// runs before the router, so a refusal has no route.
func (s *server) limitOthers(c *fiber.Ctx) error {
	if c.Method() == http.MethodPost && c.Path() == predictPath && !crossSite(c) {
		return c.Next() // to limitUploads
	}
	release, err := s.requestQuota.Take(s.client(c))
	if err != nil {
		f := quotaFault(err)
		f.unrouted = true
		return f
	}
	defer release()
	return c.Next()
}

// client is the address that a request is counted for. It has no other use.
func (s *server) client(c *fiber.Ctx) netip.Addr {
	var peer netip.Addr
	if tcp, ok := c.Context().RemoteAddr().(*net.TCPAddr); ok {
		peer = tcp.AddrPort().Addr()
	}
	var forwarded []string
	for _, line := range c.Request().Header.PeekAll(fiber.HeaderXForwardedFor) {
		forwarded = append(forwarded, string(line))
	}
	return s.cfg.TrustedProxies.Client(peer, forwarded)
}

func quotaFault(err error) *fault {
	if soon, ok := errors.AsType[*quota.TooSoonError](err); ok {
		return &fault{Code: CodeRateLimited, RetryAfter: soon.Wait}
	}
	return &fault{Code: CodeTooManyAtOnce}
}
