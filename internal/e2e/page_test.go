//go:build browser

package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/emulation"
	protocol "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// value is what a JavaScript expression makes, as text.
func (p *page) value(expression string) string {
	p.t.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// until waits for a JavaScript condition.
func (p *page) until(condition string) {
	p.t.Helper()
	if _, err := chromedp.Run(p.ctx, chromedp.Poll[bool](condition)); err != nil {
		p.t.Fatalf("it did not come to %s: %v", condition, err)
	}
}

func (p *page) read(film []byte) {
	p.t.Helper()
	p.do(chromedp.SetUploadFiles(fileInput, file(p.t, film)), chromedp.WaitVisible(results))
}

// What the script draws at the slider's first place is what the server drew
// there; and a rarer disease means less.
func TestTheMeaningFollowsThePrevalence(t *testing.T) {
	frontend, _ := startBoth(t)
	for _, language := range []string{"en", "fr"} {
		p := openPage(t, frontend.URL, visitor{language: language})
		p.read(drawPhantom(t, "-opacity", "0.9"))
		const drawn = `[...document.querySelectorAll(".meaning .dots circle")].map((dot) => dot.getAttribute("class")).join() + document.querySelector(".meaning").innerText`
		move := func(to string) string {
			return p.value(`(() => { const slider = document.querySelector(".meaning input"); slider.value = ` + to + `;
				slider.dispatchEvent(new Event("input")); return ` + drawn + `; })()`)
		}
		first := p.value(drawn)
		if rare := move("1"); rare == first || !strings.HasPrefix(rare, "found,alarmed,") {
			t.Errorf("one ill of a hundred is drawn as %q", rare)
		}
		if again := move("10"); again != first {
			t.Errorf("the script draws %q where the server drew %q", again, first)
		}
	}
}

func TestTheScoreIsHiddenUntilTheReaderHasSpoken(t *testing.T) {
	frontend, _ := startBoth(t)
	p := openPage(t, frontend.URL, visitor{})
	p.do(chromedp.Click(chromedp.ID("readfirst")))
	p.read(drawPhantom(t, "-opacity", "0.9"))
	if text := p.value(`document.body.innerText`); strings.Contains(text, "Signs of pneumonia") || strings.Contains(text, "speaks for pneumonia") || strings.Contains(text, "This film is here") {
		t.Errorf("the score is told before the reading: %s", text)
	}
	if said := p.value(`document.querySelector("#status").textContent`); strings.Contains(said, "%") {
		t.Errorf("a screen reader is told %q", said)
	}
	p.do(chromedp.Click(chromedp.CSS(`[data-said="75"]`)), chromedp.WaitVisible(chromedp.CSS(".film .number")), chromedp.Click(chromedp.CSS(`[data-truth="0"]`)))
	if row := p.text(`#readings tr[data-said="75"]`); !strings.Contains(strings.Join(strings.Fields(row), " "), "probably 1 1 0 (0%)") {
		t.Errorf("the reading is kept as %q", row)
	}
	if kept := p.value(`JSON.parse(localStorage.getItem("pneumoscope.readings")).map((reading) => Object.keys(reading).join()).join(";")`); kept != "said,score,truth" {
		t.Errorf("the browser keeps %s, which is more than the page says", kept)
	}
	// It is there after the page is opened again, and gone when everything is.
	p.do(chromedp.Navigate(frontend.URL), chromedp.WaitVisible(chromedp.ID("readings")))
	p.do(chromedp.Click(chromedp.ID("forget")), chromedp.WaitNotVisible(chromedp.ID("readings")))
	if kept := p.value(`localStorage.getItem("pneumoscope.readings")`); kept != "null" {
		t.Errorf("after forgetting, %s is kept", kept)
	}
}

func TestAFilmIsHandledByKeysAlone(t *testing.T) {
	frontend, _ := startBoth(t)
	p := openPage(t, frontend.URL, visitor{})
	p.read(drawPhantom(t, "-opacity", "0.9"))
	p.do(chromedp.Focus(chromedp.CSS(".viewer")))
	tests := []struct{ keys, expression, want string }{
		{"+", `document.querySelector(".stage").style.transform`, "translate(0%, 0%) scale(1.5)"},
		{"0", `document.querySelector(".stage").style.transform`, "translate(0%, 0%) scale(1)"},
		{"i", `document.querySelector(".invert").getAttribute("aria-pressed")`, "true"},
		{"2", `document.querySelector(".width").value`, "56"},
		{"W", `document.querySelector(".width").value`, "61"},
		{"l", `document.querySelector(".level").value`, "27"},
		{"0", `document.querySelector(".seen").style.filter`, ""},
		{".", `document.querySelector(".map").style.opacity`, "0.55"},
		{"m", `getComputedStyle(document.querySelector(".map")).display`, "none"},
		{"?", `document.querySelector("#keys").open`, "true"},
	}
	for _, test := range tests {
		p.do(chromedp.KeyEvent(test.keys))
		if got := p.value(test.expression); got != test.want {
			t.Errorf("after %q, %s is %q, want %q", test.keys, test.expression, got, test.want)
		}
	}
}

func TestResultsCanBeTakenAwayAndCleared(t *testing.T) {
	frontend, _ := startBoth(t)
	p := openPage(t, frontend.URL, visitor{language: "fr"})
	film := file(t, drawPhantom(t, "-size", "256x256"))[0]
	formula := filepath.Join(t.TempDir(), `=1+1,"x".png`)
	if err := os.Rename(film, formula); err != nil {
		t.Fatal(err)
	}
	noFilm := file(t, []byte("a letter"))[0]
	p.evaluate(`globalThis.saved = [], URL.createObjectURL = (blob) => { blob.text().then((text) => saved.push(text)); return "data:text/plain,kept"; }, true`)
	p.do(chromedp.SetUploadFiles(fileInput, []string{formula, noFilm}), chromedp.WaitVisible(results))
	if rows := p.value(`document.querySelectorAll(".summary tbody tr").length`); rows != "2" {
		t.Errorf("the table has %s rows", rows)
	}
	p.picture("caveats-several")
	p.do(chromedp.Click(chromedp.CSS(".export-csv")), chromedp.Click(chromedp.CSS(".export-json")))
	p.until("saved.length === 2")
	lines := strings.Split(p.value("saved[0]"), "\r\n")
	if len(lines) != 4 || !strings.HasPrefix(lines[1], `"'=1+1,""x"".png","0.`) || !strings.Contains(lines[1], "dispositif médical") || !strings.Contains(lines[2], `"unsupported_type"`) {
		t.Errorf("the CSV is %q", lines)
	}
	// What the page says against the number goes with it.
	shown := p.value(`[...document.querySelectorAll(".film .caveats li")].map((caveat) => caveat.textContent).join(" ")`)
	if !strings.Contains(shown, "peu de pixels") || !strings.Contains(lines[1], `"unlike_training low_resolution","`+shown+`"`) {
		t.Errorf("the page says %q, the CSV %q", shown, lines[1])
	}
	if caveats := p.value(`JSON.parse(saved[1]).films.map(({caveats}) => caveats.map(({message}) => message).join(" ")).join("; ")`); caveats != shown+"; " {
		t.Errorf("the JSON says %q", caveats)
	}
	if films := p.value(`JSON.parse(saved[1]).films.map((film) => typeof film.probability).join()`); films != "number,object" {
		t.Errorf("the JSON holds %s", films)
	}
	p.do(chromedp.Click(chromedp.CSS(".clear")))
	if left := p.value(`document.querySelector("#results").childElementCount + document.querySelector("#status").textContent`); left != "0Clichés et lectures effacés." {
		t.Errorf("after clearing: %q", left)
	}
}

func TestAResultIsOnePageOfPaper(t *testing.T) {
	frontend, _ := startBoth(t)
	for _, language := range []string{"en", "fr"} {
		p := openPage(t, frontend.URL, visitor{language: language})
		p.read(drawPhantom(t, "-size", "256x256")) // with its caveats
		background := true
		printed, err := chromedp.Call(p.ctx, protocol.PrintToPDF, protocol.PrintToPDFParams{PrintBackground: &background, PaperWidth: 8.27, PaperHeight: 11.69, PreferCSSPageSize: &background})
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(printed.Data, []byte("/Type /Page\n")); n != 1 {
			t.Errorf("%s: %d pages", language, n)
		}
		if dir := os.Getenv("SCREENSHOTS"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, "paper-"+language+".pdf"), printed.Data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestTheFormWorksWithoutScriptInTheBrowser(t *testing.T) {
	frontend, _ := startBoth(t)
	p := openPage(t, frontend.URL, visitor{})
	if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.Navigate(frontend.URL+"/?lang=en"), chromedp.WaitVisible(chromedp.CSS(".submit")))
	p.picture("noscript-empty")
	p.do(chromedp.SetUploadFiles(fileInput, file(t, drawPhantom(t))), chromedp.Click(chromedp.CSS(".submit")), chromedp.WaitVisible(results))
	text := p.value(`document.querySelector("#results").innerText`)
	for _, want := range []string{"Signs of pneumonia", "where the score came from", "10 of them with pneumonia", "What the model learned from"} {
		if !strings.Contains(text, want) {
			t.Errorf("without script the answer lacks %q: %s", want, text)
		}
	}
	if strings.Contains(text, "Save as CSV") || strings.Contains(text, "Reading tools") {
		t.Error("there are controls that do nothing")
	}
	p.picture("noscript-result")
}

func TestReadingCanBeCancelled(t *testing.T) {
	asked := make(chan struct{}, 8)
	model := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/invocations" {
			_, _ = io.Copy(io.Discard, r.Body) // until then a server does not see that its client has gone
			asked <- struct{}{}
			<-r.Context().Done()
		}
	}))
	t.Cleanup(model.Close)
	frontend := start(t, "frontend", "FRONTEND_MLFLOW_ADDRESS="+model.URL, "FRONTEND_REQUEST_TIMEOUT=5s")
	p := openPage(t, frontend.URL, visitor{})
	p.do(chromedp.SetUploadFiles(fileInput, file(t, drawPhantom(t))), chromedp.WaitVisible(chromedp.ID("cancel")))
	<-asked
	p.until(`document.querySelector("#sent").value === 100`)
	p.picture("busy")
	p.do(chromedp.Click(chromedp.ID("cancel")), chromedp.WaitVisible(chromedp.CSS(`.drop[data-state="idle"]`)))
	if said := p.value(`document.querySelector("#status").textContent + document.querySelector("#results").childElementCount`); said != "Cancelled. Nothing was kept.0" {
		t.Errorf("after cancelling: %q", said)
	}
}

// A person who hears the page hears the caveats too.
func TestAScreenReaderIsToldTheCaveats(t *testing.T) {
	frontend, _ := startBoth(t)
	p := openPage(t, frontend.URL, visitor{})
	p.read(drawPhantom(t, "-size", "256x256"))
	p.picture("caveats")
	said := strings.Join(strings.Fields(p.value(`document.querySelector("#status").textContent`)), " ")
	if !strings.HasPrefix(said, "Signs of pneumonia: ") || !strings.Contains(said, "%") || !strings.Contains(said, "This picture has few pixels") {
		t.Errorf("a screen reader is told %q", said)
	}

	// One film's number is not the answer to two.
	noFilm := filepath.Join(t.TempDir(), "none.png")
	if err := os.WriteFile(noFilm, []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.SetUploadFiles(fileInput, append(file(t, drawPhantom(t)), noFilm)), chromedp.WaitVisible(chromedp.CSS(".film.refused")))
	if said := p.value(`document.querySelector("#status").textContent`); strings.Contains(said, "%") {
		t.Errorf("of two films of which one was refused a screen reader is told %q", said)
	}
}

// Who says what stands on the button that opens the files (WCAG 2.5.3) is understood,
// with a mouse, on a phone and without script.
func TestTheFileInputIsCalledByWhatStandsThere(t *testing.T) {
	frontend, _ := startBoth(t)
	for name, prepare := range map[string]func(*page) error{
		"mouse": func(*page) error { return nil },
		"touch": func(p *page) error {
			_, err := chromedp.Call(p.ctx, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true})
			return err
		},
		"no script": func(p *page) error {
			_, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
			return err
		},
	} {
		p := openPage(t, frontend.URL, visitor{language: "fr"})
		if err := prepare(p); err != nil {
			t.Fatal(err)
		}
		p.do(chromedp.Navigate(frontend.URL + "/?lang=fr"))
		tree, err := chromedp.Call(p.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		if err != nil {
			t.Fatal(err)
		}
		visible := strings.Join(strings.Fields(p.value(`document.querySelector("label[for=film]").innerText`)), " ")
		called := false
		for _, node := range tree.Nodes {
			if node.BackendDOMNodeID == 0 || node.Role == nil || node.Name == nil || string(node.Role.Value) != `"button"` {
				continue
			}
			var accessible string
			if err := json.Unmarshal(node.Name.Value, &accessible); err != nil {
				t.Fatal(err)
			}
			called = called || strings.Contains(strings.Join(strings.Fields(accessible), " "), visible)
		}
		if visible == "" || !called {
			t.Errorf("%s: nothing is called %q", name, visible)
		}
	}
}

// Nothing but the footer moves while a film is read and judged.
func TestNothingJumps(t *testing.T) {
	frontend, _ := startBoth(t)
	p := openPage(t, frontend.URL, visitor{})
	p.evaluate(`globalThis.moved = [], new PerformanceObserver((list) => {
		for (const {sources} of list.getEntries())
			for (const {node} of sources)
				if (!node?.closest?.("footer")) moved.push(node?.outerHTML?.slice(0, 80) ?? node?.textContent);
	}).observe({type: "layout-shift", buffered: true}), true`)
	p.read(drawPhantom(t))
	p.evaluate(`document.querySelector(".map-show").click(), document.querySelector(".invert").click(), document.querySelector(".zoom-in").click(), true`)
	p.do(chromedp.WaitNotVisible(chromedp.CSS(".map")))
	if moved := p.value(`moved.join("\n")`); moved != "" {
		t.Errorf("these moved: %s", moved)
	}
}
