package web

import (
	"crypto/rand"
	"regexp"

	"github.com/gofiber/fiber/v2"
)

const (
	requestIDHeader = "X-Request-Id"
	requestIDLocal  = "request_id"
)

// contentPolicy allows only the page's own parts: no inline script or style, no
// other host. Films are shown as data: (from the server) and chosen as blob: (in the
// browser).
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// secure sets the headers that every answer carries, errors included.
func secure(c *fiber.Ctx) {
	c.Set(fiber.HeaderContentSecurityPolicy, contentPolicy)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderXFrameOptions, "DENY")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set(fiber.HeaderPermissionsPolicy, "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// saneID matches the request ids that are accepted from callers.
var saneID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// identify gives the request an id: the caller's if it is sane, otherwise a new one.
func identify(c *fiber.Ctx) error {
	giveID(c)
	return c.Next()
}

func giveID(c *fiber.Ctx) {
	id := c.Get(requestIDHeader)
	if !saneID.MatchString(id) {
		id = rand.Text()
	}
	c.Locals(requestIDLocal, id)
	c.Set(requestIDHeader, id)
}
