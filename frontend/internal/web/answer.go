package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"pneumoscope/frontend/api"
	"pneumoscope/frontend/internal/card"
	"pneumoscope/frontend/internal/web/i18n"
	"pneumoscope/frontend/internal/web/view"
)

// defaultPause is the shortest Retry-After. Answers without a time of their own use it, too.
const defaultPause = 2 * time.Second

// fragmentHeader is sent by the page's own script, which needs only the results.
const fragmentHeader = "Pneumoscope-Fragment"

// form is how an answer is written.
type form int

const (
	formPage     form = iota // a whole page
	formFragment             // the part that the page's script puts into the page
	formJSON
)

// wantedForm is the form that the client accepts. Clients without a preference get a page, except at addresses that
// answer only JSON.
func wantedForm(c *fiber.Ctx) form {
	if c.Get(fragmentHeader) != "" {
		return formFragment
	}
	offers := []string{fiber.MIMETextHTML, fiber.MIMEApplicationJSON, api.ProblemType}
	if c.Path() == modelPath || c.Path() == openAPIPath {
		offers = []string{fiber.MIMEApplicationJSON, api.ProblemType, fiber.MIMETextHTML}
	}
	switch accepted(c.Get(fiber.HeaderAccept), offers) {
	case fiber.MIMEApplicationJSON, api.ProblemType:
		return formJSON
	}
	return formPage
}

// texts picks the catalogue: by ?lang= first, then by the browser's languages.
func (s *server) texts(c *fiber.Ctx) *i18n.Texts {
	if texts, ok := s.site.Catalogues[i18n.Tag(c.Query("lang"))]; ok {
		return texts
	}
	if texts, ok := s.site.Catalogues[i18n.Tag(c.AcceptsLanguages(s.languages...))]; ok {
		return texts
	}
	return s.site.Catalogues[i18n.English]
}

// answerFilms writes the answer for judged films. If all were refused, it writes a problem with the code of the first.
func (s *server) answerFilms(c *fiber.Ctx, judgements []view.Judgement, model *card.Model) error {
	texts, wanted := s.texts(c), wantedForm(c)
	noStore(c)
	c.Status(http.StatusOK)
	var refused *fault // set when all films were refused
	if len(scorable(judgements)) == 0 {
		refused = asFault(judgements[0].Refusal)
		c.Status(statusOf(refused.Code))
		setRetryAfter(c, refused)
	}
	if wanted == formJSON {
		prediction := view.Prediction(judgements, model, texts)
		if refused == nil {
			return c.JSON(prediction)
		}
		problem := newProblem(refused.Code, requestID(c), texts)
		problem.Films = prediction.Films
		return c.JSON(problem, api.ProblemType)
	}
	results, err := view.FilmResults(judgements, model, texts)
	if err != nil {
		return err
	}
	if wanted == formFragment {
		return s.pages.send(c, "results", results)
	}
	page := s.site.Page(texts)
	page.Upload = true
	page.Results = results
	return s.pages.send(c, "page", page)
}

// answerFault writes the answer to a request that has no result, counts it, and returns the fault for the log. The
// answer repeats nothing from the request.
func (s *server) answerFault(c *fiber.Ctx, err error) *fault {
	f := asFault(err)
	s.metrics.refusals.WithLabelValues(string(f.Code)).Inc()
	noStore(c)
	setRetryAfter(c, f)
	c.Status(statusOf(f.Code))
	texts := s.texts(c)
	switch wantedForm(c) {
	case formJSON:
		err = c.JSON(newProblem(f.Code, requestID(c), texts), api.ProblemType)
	case formFragment:
		err = s.pages.send(c, "results", view.AlertResults(texts, string(f.Code), texts.FailedHeading))
	default:
		err = s.answerFaultPage(c, texts, f)
	}
	if err != nil && f.Code != CodeInternal {
		f = &fault{Code: CodeInternal, Err: err}
	}
	if err != nil {
		c.Status(statusOf(f.Code))
		s.pages.sendPrepared(c, texts)
	}
	return f
}

func (s *server) answerFaultPage(c *fiber.Ctx, texts *i18n.Texts, f *fault) error {
	if f.Code == CodeInternal {
		s.pages.sendPrepared(c, texts)
		return nil
	}
	page := s.site.Page(texts)
	page.Upload = c.Path() == predictPath && f.Code != CodeMethodNotAllowed
	page.Results = view.AlertResults(texts, string(f.Code), "")
	if page.Upload {
		page.Results.Alert.Heading = texts.FailedHeading
	}
	return s.pages.send(c, "page", page)
}

// noStore forbids caches to keep an answer, and names the headers that it depends on.
func noStore(c *fiber.Ctx) {
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Vary(fiber.HeaderAccept, fiber.HeaderAcceptLanguage)
}

// requestID is the id that identify gave the request.
func requestID(c *fiber.Ctx) string {
	id, _ := c.Locals(requestIDLocal).(string)
	return id
}

func newProblem(code Code, requestID string, texts *i18n.Texts) api.Problem {
	return api.Problem{
		Type:      problemsPath + string(code),
		Title:     title(code, texts),
		Status:    statusOf(code),
		Detail:    texts.Errors[string(code)],
		Code:      string(code),
		RequestID: requestID,
		Notice:    texts.NoticeInFull,
	}
}

// title is the heading of all problems with the same status.
func title(code Code, texts *i18n.Texts) string {
	return texts.Problems[strconv.Itoa(statusOf(code))]
}

func setRetryAfter(c *fiber.Ctx, f *fault) {
	if !worthRetrying(f.Code) {
		return
	}
	pause := max(f.RetryAfter, defaultPause)
	c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(pause.Seconds()))))
}

//go:embed templates/*.gohtml
var templateFiles embed.FS

// pages renders templates. They are parsed once, and rendered to a buffer, so that a template that fails never sends
// half a page.
type pages struct {
	templates *template.Template
	// prepared is the page for internal errors. It is rendered at the start, so that it cannot fail later.
	prepared map[i18n.Tag][]byte
}

func newPages(site view.Site) (*pages, error) {
	templates, err := template.New("").Option("missingkey=error").ParseFS(templateFiles, "templates/*.gohtml")
	if err != nil {
		return nil, fmt.Errorf("parse templates: %w", err)
	}
	p := &pages{templates: templates, prepared: map[i18n.Tag][]byte{}}
	for tag, texts := range site.Catalogues {
		page := site.Page(texts)
		page.Results = view.AlertResults(texts, string(CodeInternal), "")
		if p.prepared[tag], err = p.render("page", page); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *pages) render(name string, view any) ([]byte, error) {
	var buf bytes.Buffer
	if err := p.templates.ExecuteTemplate(&buf, name, view); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	return buf.Bytes(), nil
}

// send renders a template as the answer. The caller sets the status.
func (p *pages) send(c *fiber.Ctx, name string, view any) error {
	text, err := p.render(name, view)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(text)
}

func (p *pages) sendPrepared(c *fiber.Ctx, texts *i18n.Texts) {
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	_ = c.Send(p.prepared[texts.Tag]) // Send only stores the bytes, so it does not fail
}
