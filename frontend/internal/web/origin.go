package web

import (
	"net/url"

	"github.com/gofiber/fiber/v2"
)

// sameOrigin refuses requests that another site makes a visitor's browser send. It comes before limitUploads, so that
// no foreign page can use up a visitor's uploads.
func sameOrigin(c *fiber.Ctx) error {
	if crossSite(c) {
		return &fault{Code: CodeCrossSite}
	}
	return c.Next()
}

// crossSite follows the rules of net/http's CrossOriginProtection. Browsers say in Sec-Fetch-Site where a request comes
// from. Older browsers send only the page's origin, and programs send neither.
func crossSite(c *fiber.Ctx) bool {
	switch c.Get("Sec-Fetch-Site") {
	case "same-origin", "none": // "none": a person typed the address, or used a bookmark
		return false
	case "":
		origin := c.Get(fiber.HeaderOrigin)
		if origin == "" {
			return false
		}
		// The scheme is ignored, because a proxy that ends TLS in front of us changes it.
		page, err := url.Parse(origin)
		return err != nil || page.Host == "" || page.Host != string(c.Request().Host())
	}
	return true
}
