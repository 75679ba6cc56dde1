package web

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
)

// glance is how long the page may wait to learn whether the model is there.
const glance = 400 * time.Millisecond

// showHome shows the empty page; the banner too when the model does not answer
// at once.
func (s *server) showHome(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), glance)
	defer cancel()
	view := s.page(s.texts(c))
	view.Upload = true
	view.Away = s.cfg.Client.Ping(ctx) != nil
	noStore(c)
	return s.pages.send(c, "page", view)
}
