package web

import "github.com/gofiber/fiber/v2"

// sameOrigin refuses what another site makes a visitor's browser send. Browsers
// that are not asked by a site, and programs, do not send the header.
func sameOrigin(c *fiber.Ctx) error {
	if c.Get("Sec-Fetch-Site") == "cross-site" {
		return &fault{Code: CodeCrossSite}
	}
	return c.Next()
}
