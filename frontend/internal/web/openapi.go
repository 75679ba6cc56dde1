package web

import (
	_ "embed"

	"github.com/gofiber/fiber/v2"
)

// openAPI describes the API. It is written by hand; a test holds it against the
// routes, the codes and the types of the program.
//
//go:embed openapi.json
var openAPI []byte

func (s *server) showOpenAPI(c *fiber.Ctx) error {
	noStore(c)
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(openAPI)
}
