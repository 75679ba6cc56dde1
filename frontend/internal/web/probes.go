package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"pneumoscope/frontend/internal/readiness"
)

// live says that the process answers. It never looks at the model.
func (s *server) live(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.SendString("ok\n")
}

// ready says whether a film would be scored. The page's script asks it too, while the model is away.
func (s *server) ready(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), time.Second)
	defer cancel()
	c.Set(fiber.HeaderCacheControl, "no-store")
	err := s.cfg.Ready(ctx)
	if err == nil {
		return c.SendString("ok\n")
	}
	reason := "not ready"
	if wrong, ok := errors.AsType[*readiness.SizeError](err); ok {
		reason = wrong.Error()
	}
	return c.Status(http.StatusServiceUnavailable).SendString(reason + "\n")
}
