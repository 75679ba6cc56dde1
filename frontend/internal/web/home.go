package web

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"pneumoscope/frontend/internal/web/view"
)

// homePatience is how long the page may wait to learn whether the model can be reached.
const homePatience = 400 * time.Millisecond

// showHome shows the empty page, with the banner when the model does not answer in time.
func (s *server) showHome(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), homePatience)
	defer cancel()
	page := s.site.Page(s.texts(c))
	page.Upload = true
	page.Away = s.cfg.Ready(ctx) != nil
	noStore(c)
	return s.pages.send(c, "page", page)
}

// explainProblem is the page that a problem's type leads to.
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
