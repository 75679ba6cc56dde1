package web

import (
	"context"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"pneumoscope/frontend/internal/readiness"
	"pneumoscope/frontend/internal/web/view"
)

// homePatience is how long the page may wait to learn whether the model can be reached.
const homePatience = 400 * time.Millisecond

// showHome shows the empty page, with a banner when the model does not answer in time, or takes films of another size.
func (s *server) showHome(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), homePatience)
	defer cancel()
	page := s.site.Page(s.texts(c))
	page.Upload = true
	err := s.cfg.Ready(ctx)
	page.Away = err != nil
	_, page.Misfit = errors.AsType[*readiness.SizeError](err)
	noStore(c)
	return s.pages.send(c, "page", page)
}

// explainProblem shows the page to which a problem's type links.
func (s *server) explainProblem(c *fiber.Ctx) error {
	code := Code(c.Params("code"))
	if !known(code) {
		return &fault{Code: CodeNotFound}
	}
	texts := s.texts(c)
	page := s.site.Page(texts)
	page.Heading = title(code, texts)
	page.Results = view.AlertResults(texts, string(code), "")
	noStore(c)
	return s.pages.send(c, "page", page)
}
