package web

import (
	"math"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"pneumoscope/frontend/internal/web/i18n"
)

// usualPause is what Retry-After says when nobody knows better.
const usualPause = 2 * time.Second

// fragmentHeader is how the page's own script asks for the results alone.
const fragmentHeader = "Pneumoscope-Fragment"

// form is how an answer is to be written.
type form int

const (
	formPage     form = iota // a whole page
	formFragment             // what the page's script puts into the page
	formJSON
)

// wantedForm is what the client asks for. Who does not care gets a page, but at
// addresses that answer nothing else than JSON.
func wantedForm(c *fiber.Ctx) form {
	if c.Get(fragmentHeader) != "" {
		return formFragment
	}
	offers := []string{fiber.MIMETextHTML, fiber.MIMEApplicationJSON, mimeProblem}
	if c.Path() == modelPath || c.Path() == openAPIPath {
		offers = []string{fiber.MIMEApplicationJSON, mimeProblem, fiber.MIMETextHTML}
	}
	switch c.Accepts(offers...) {
	case fiber.MIMEApplicationJSON, mimeProblem:
		return formJSON
	}
	return formPage
}

// texts picks the catalogue: ?lang= first, then what the browser asks for.
func (s *server) texts(c *fiber.Ctx) *i18n.Texts {
	if texts, ok := s.catalogues[i18n.Tag(c.Query("lang"))]; ok {
		return texts
	}
	if texts, ok := s.catalogues[i18n.Tag(c.AcceptsLanguages(string(i18n.English), string(i18n.French)))]; ok {
		return texts
	}
	return s.catalogues[i18n.English]
}

// answerFault writes the answer to a request that has no result, counts it, and
// returns what the log is told. Nothing of the request is repeated in it.
func (s *server) answerFault(c *fiber.Ctx, err error) *fault {
	f := asFault(err)
	s.metrics.refusals.WithLabelValues(string(f.Code)).Inc()
	noStore(c)
	setRetryAfter(c, f)
	c.Status(f.Code.Status())
	texts := s.texts(c)
	switch wantedForm(c) {
	case formJSON:
		err = sendProblem(c, problemFor(f.Code, requestID(c), texts))
	case formFragment:
		err = s.pages.send(c, "results", alertResults(texts, f.Code, texts.FailedHeading))
	default:
		err = s.answerFaultPage(c, texts, f)
	}
	if err != nil && f.Code != CodeInternal {
		f = &fault{Code: CodeInternal, Err: err}
	}
	if err != nil {
		c.Status(f.Code.Status())
		s.pages.sendPrepared(c, texts)
	}
	return f
}

func (s *server) answerFaultPage(c *fiber.Ctx, texts *i18n.Texts, f *fault) error {
	if f.Code == CodeInternal {
		s.pages.sendPrepared(c, texts)
		return nil
	}
	view := s.page(texts)
	view.Upload = c.Path() == predictPath && f.Code != CodeMethodNotAllowed
	view.Results = alertResults(texts, f.Code, "")
	if view.Upload {
		view.Results.Alert.Heading = texts.FailedHeading
	}
	return s.pages.send(c, "page", view)
}

func setRetryAfter(c *fiber.Ctx, f *fault) {
	if !f.Code.again() {
		return
	}
	pause := max(f.RetryAfter, usualPause)
	c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(pause.Seconds()))))
}
