package web

import (
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

func wantedForm(c *fiber.Ctx) form {
	if c.Get(fragmentHeader) != "" {
		return formFragment
	}
	if c.Accepts(fiber.MIMETextHTML, fiber.MIMEApplicationJSON) == fiber.MIMEApplicationJSON {
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

// problemJSON is a code with the sentence for people.
type problemJSON struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`
}

// errorJSON is the answer to a request that has no result.
type errorJSON struct {
	Error  problemJSON `json:"error"`
	Notice string      `json:"notice"`
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
		err = c.JSON(errorJSON{Error: problemJSON{f.Code, texts.Errors[string(f.Code)]}, Notice: texts.NoticeInFull})
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
	view.Upload = c.Path() == "/predict" && f.Code != CodeMethodNotAllowed
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
	c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(pause.Seconds())))
}
