package web

import (
	"net/url"

	"github.com/gofiber/fiber/v2"
)

// sameOrigin refuses what another site makes a visitor's browser send, by the
// rules of net/http's CrossOriginProtection. Browsers say where a request comes
// from; older ones say only the page's origin, and programs say nothing.
func sameOrigin(c *fiber.Ctx) error {
	switch c.Get("Sec-Fetch-Site") {
	case "same-origin", "none": // "none": a person has asked for it
		return c.Next()
	case "":
		origin := c.Get(fiber.HeaderOrigin)
		if origin == "" {
			return c.Next()
		}
		// The scheme is not looked at: whoever ends TLS before us changes it.
		if page, err := url.Parse(origin); err == nil && page.Host != "" && page.Host == string(c.Request().Host()) {
			return c.Next()
		}
	}
	return &fault{Code: CodeCrossSite}
}
