package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"pneumoscope/frontend/internal/web/i18n"
)

// mimeProblem is the content type of a problem as RFC 9457 describes it.
const mimeProblem = "application/problem+json"

// problemsPath is where each kind of problem is explained; it is what a
// problem's type refers to.
const problemsPath = "/problems/"

// reasonJSON is a code with the sentence for people.
type reasonJSON struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`
}

// problemJSON is the answer to a request that has no result: problem details,
// with members of our own.
type problemJSON struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail"`
	Code      Code   `json:"code"`
	RequestID string `json:"request_id"`
	// Films says why each film was refused, when all were.
	Films  []filmJSON `json:"films,omitempty"`
	Notice string     `json:"notice"`
}

func problemFor(code Code, requestID string, texts *i18n.Texts) problemJSON {
	return problemJSON{
		Type:      problemsPath + string(code),
		Title:     titleOf(code, texts),
		Status:    code.Status(),
		Detail:    texts.Errors[string(code)],
		Code:      code,
		RequestID: requestID,
		Notice:    texts.NoticeInFull,
	}
}

func titleOf(code Code, texts *i18n.Texts) string {
	return texts.Problems[strconv.Itoa(code.Status())]
}

func sendProblem(c *fiber.Ctx, problem problemJSON) error {
	return c.JSON(problem, mimeProblem)
}

// explainProblem is the page that a problem's type leads to.
func (s *server) explainProblem(c *fiber.Ctx) error {
	code := Code(c.Params("code"))
	if !code.known() {
		return &fault{Code: CodeNotFound}
	}
	texts := s.texts(c)
	view := s.page(texts)
	view.Heading = titleOf(code, texts)
	view.Results = alertResults(texts, code, "")
	noStore(c)
	return s.pages.send(c, "page", view)
}
