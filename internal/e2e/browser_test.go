//go:build browser

package e2e

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

const (
	fileInput = chromedp.ID("film")
	results   = chromedp.CSS("#results [data-results]")
	away      = chromedp.ID("away")
)

// page is a tab of a real Chromium, with a visitor's window and preferences.
type page struct {
	t        *testing.T
	ctx      context.Context
	url      string
	language string
}

type visitor struct {
	width, height int64
	dark          bool
	language      string
}

func openPage(t *testing.T, url string, v visitor) *page {
	t.Helper()
	if v.width == 0 {
		v.width, v.height = 1280, 900
	}
	if v.language == "" {
		v.language = "en"
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.Flag("accept-lang", v.language))
	allocator, cancelAllocator := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancelAllocator)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // the first call starts the browser; a time limit on it would also end the browser
		t.Fatalf("start Chromium, which must be installed: %v", err)
	}
	messages := chromedp.Console(ctx)
	go func() {
		for message, err := range messages {
			if err != nil {
				return
			}
			if message.IsException() || message.Source == "security" {
				t.Errorf("the page's console shows: %s", message)
			}
		}
	}()
	ctx, cancelLimited := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancelLimited)
	p := &page{t: t, ctx: ctx, url: url, language: v.language}
	scheme := "light"
	if v.dark {
		scheme = "dark"
	}
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		// Without smooth scrolling, clicks hit their targets.
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.EmulateViewport(v.width, v.height), chromedp.Navigate(url+"/?lang="+v.language))
	return p
}

func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

func (p *page) text(selector chromedp.CSS) string {
	p.t.Helper()
	text, err := chromedp.Run(p.ctx, chromedp.Text(selector))
	if err != nil {
		p.t.Fatalf("%s: %v", selector, err)
	}
	return text
}

func (p *page) evaluate(expression string) bool {
	p.t.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](expression))
	if err != nil {
		p.t.Fatal(err)
	}
	return value
}

// picture saves a screenshot to the folder in SCREENSHOTS, if it is set.
func (p *page) picture(name string) {
	p.t.Helper()
	if p.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth") {
		p.t.Errorf("%s: the page is wider than its window", name)
	}
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	p.evaluate(`scrollTo({top: 0, behavior: "instant"}), true`)   // the notice stays in view while the page scrolls
	png, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100)) // quality 100 gives a PNG
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// file writes a film to a file for the browser.
func file(t *testing.T, film []byte) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "film")
	if err := os.WriteFile(path, film, 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{path}
}

var visitors = map[string]visitor{
	"light":  {},
	"dark":   {dark: true},
	"phone":  {width: 320, height: 640, language: "fr"},
	"french": {language: "fr"},
	"wall":   {width: 3840, height: 2160, dark: true},
}

func TestAFilmIsReadInTheBrowser(t *testing.T) {
	frontend, _ := startBoth(t)
	film := drawPhantom(t, "-opacity", "0.9")
	for name, visitor := range visitors {
		t.Run(name, func(t *testing.T) {
			p := openPage(t, frontend.URL, visitor)
			p.picture("empty-" + name)
			if notice := p.text(".notice"); !strings.Contains(notice, map[bool]string{false: "Not a medical device", true: "dispositif médical"}[visitor.language == "fr"]) {
				t.Errorf("the notice is %q", notice)
			}
			p.do(chromedp.SetUploadFiles(fileInput, file(t, film)), chromedp.WaitVisible(results))
			if number := p.text("#results .number"); !strings.Contains(number, "%") {
				t.Errorf("the number is %q; want a percentage", number)
			}
			if verdict := p.text("#results .verdict"); verdict == "" {
				t.Error("there is no verdict")
			}
			p.picture("result-" + name)
		})
	}
}

func TestARefusedFilmIsExplainedInTheBrowser(t *testing.T) {
	frontend, _ := startBoth(t)
	p := openPage(t, frontend.URL, visitor{})
	p.do(chromedp.SetUploadFiles(fileInput, file(t, []byte("%PDF-1.7 a letter"))), chromedp.WaitVisible(results))
	if text := p.text("#results"); !strings.Contains(text, "This file type is not supported.") {
		t.Errorf("the page shows %q; want the reason of the refusal", text)
	}
	p.picture("refused")
}

func TestADrawnFilmCanBeTried(t *testing.T) {
	frontend, _ := startBoth(t)
	p := openPage(t, frontend.URL, visitor{})
	p.do(chromedp.Click(chromedp.CSS(".try a:last-of-type")), chromedp.WaitVisible(results))
	if number := p.text("#results .number"); !strings.Contains(number, "%") {
		t.Errorf("the number is %q; want a percentage", number)
	}
	p.picture("tried")
}

func TestThePageWaitsForTheModelAndContinues(t *testing.T) {
	modelserver := start(t, "modelserver")
	frontend := start(t, "frontend", "FRONTEND_MLFLOW_ADDRESS="+modelserver.URL)
	p := openPage(t, frontend.URL, visitor{})
	modelserver.stop(t)
	p.do(chromedp.SetUploadFiles(fileInput, file(t, drawPhantom(t))), chromedp.WaitVisible(away))
	p.picture("away")
	if p.evaluate(`document.querySelector("#results .number") !== null`) {
		t.Error("there is a number without the model server")
	}
	start(t, "modelserver", "MODELSERVER_LISTEN="+strings.TrimPrefix(modelserver.URL, "http://"))
	p.do(chromedp.WaitVisible(chromedp.CSS("#results .number")), chromedp.WaitNotVisible(away))
}

// A model of another size does not come back by itself, so the page does not wait for it.
func TestThePageDoesNotWaitForAModelThatDoesNotFit(t *testing.T) {
	var pings atomic.Int64
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ping":
			pings.Add(1)
		case "/model":
			_, _ = io.WriteString(w, `{"id": "m-1", "signatures": {"explain": {"inputs": {"film": {"dtype": "uint8", "shape": [-1, 320, 320, 1]}}, "outputs": {}}}}`)
		default:
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	t.Cleanup(model.Close)
	frontend := start(t, "frontend", "FRONTEND_MLFLOW_ADDRESS="+model.URL)
	p := openPage(t, frontend.URL, visitor{})
	p.do(chromedp.WaitVisible(away))
	if got, want := p.text("#away"), "The model does not fit this page."; !strings.Contains(got, want) {
		t.Errorf("the banner says %q; want %q", got, want)
	}
	p.picture("misfit")
	before := pings.Load()
	time.Sleep(4 * time.Second) // longer than the pause between two polls
	if n := pings.Load() - before; n != 0 {
		t.Errorf("the page asks %d times whether the model is ready; want none", n)
	}
	p.do(chromedp.SetUploadFiles(fileInput, file(t, drawPhantom(t))), chromedp.WaitVisible(results))
	if got, want := p.text("#results"), "could not be analysed"; !strings.Contains(got, want) {
		t.Errorf("after an upload the page says %q; want %q", got, want)
	}
}

// The page does not send a film again if the model comes back during its upload.
func TestAFilmIsNotSentTwice(t *testing.T) {
	var back atomic.Bool
	requests, answer := make(chan struct{}, 8), make(chan struct{})
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/invocations":
			_, _ = io.Copy(io.Discard, r.Body)
			requests <- struct{}{}
			<-answer
			_, _ = io.WriteString(w, `{"predictions": [[0.5]]}`)
		case !back.Load():
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(model.Close)
	frontend := start(t, "frontend", "FRONTEND_MLFLOW_ADDRESS="+model.URL)
	p := openPage(t, frontend.URL, visitor{})
	p.do(chromedp.WaitVisible(away), chromedp.SetUploadFiles(fileInput, file(t, drawPhantom(t))))
	<-requests
	back.Store(true)
	p.do(chromedp.WaitNotVisible(away))
	close(answer)
	p.do(chromedp.WaitVisible(results))
	if n := len(requests); n != 0 {
		t.Errorf("the model gets %d more requests; want none", n)
	}
	if number, want := p.text("#results .number"), "50%"; !strings.Contains(number, want) {
		t.Errorf("the number is %q; want %q", number, want)
	}
}

// If neighbours behind the same address use up its allowance, the page waits, says so,
// and gets its answer without another click.
func TestThePageWaitsForItsTurn(t *testing.T) {
	modelserver := start(t, "modelserver")
	frontend := start(t, "frontend", "FRONTEND_MLFLOW_ADDRESS="+modelserver.URL, "FRONTEND_UPLOADS_PER_ADDRESS=1")
	body, contentType := form(t, "film", drawPhantom(t))
	slow := beginUpload(t, frontend.URL, contentType, body.Bytes()[:20000])
	p := openPage(t, frontend.URL, visitor{})
	p.do(chromedp.SetUploadFiles(fileInput, file(t, drawPhantom(t))), chromedp.WaitVisible(chromedp.CSS(".queued-text")))
	p.picture("queued")
	slow.Close()
	p.do(chromedp.WaitVisible(chromedp.CSS("#results .number")))
}
