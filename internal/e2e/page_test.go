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
	"github.com/google/go-cmp/cmp"
)

// value returns the value of a JavaScript expression as text.
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
		p.t.Fatalf("wait for %s: %v", condition, err)
	}
}

func (p *page) read(film []byte) {
	p.t.Helper()
	p.do(chromedp.SetUploadFiles(fileInput, file(p.t, film)), chromedp.WaitVisible(results))
}

// At the slider's first position, the script draws the same as the server did. At a
// lower prevalence, the same score means less.
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
		rare := move("1")
		if rare == first {
			t.Error("one of a hundred is drawn like ten of a hundred")
		}
		if want := "found,alarmed,"; !strings.HasPrefix(rare, want) {
			t.Errorf("one of a hundred is drawn as %q; want it to begin with %q", rare, want)
		}
		if diff := cmp.Diff(first, move("10")); diff != "" {
			t.Errorf("the script draws otherwise than the server (-server +script):\n%s", diff)
		}
	}
}

func TestTheScoreIsHiddenUntilTheReaderAnswers(t *testing.T) {
	frontend, _ := startBoth(t)
	p := openPage(t, frontend.URL, visitor{})
	p.do(chromedp.Click(chromedp.ID("readfirst")))
	p.read(drawPhantom(t, "-opacity", "0.9"))
	text := p.value(`document.body.innerText`)
	for _, score := range []string{"Signs of pneumonia", "speaks for pneumonia", "This film is here"} {
		if strings.Contains(text, score) {
			t.Errorf("before the reading the page shows %q: %s", score, text)
		}
	}
	if said := p.value(`document.querySelector("#status").textContent`); strings.Contains(said, "%") {
		t.Errorf("a screen reader reads %q, with the score", said)
	}
	p.do(chromedp.Click(chromedp.CSS(`[data-said="75"]`)), chromedp.WaitVisible(chromedp.CSS(".film .number")), chromedp.Click(chromedp.CSS(`[data-truth="0"]`)))
	if row := p.text(`#readings tr[data-said="75"]`); !strings.Contains(strings.Join(strings.Fields(row), " "), "probably 1 1 0 (0%)") {
		t.Errorf("the reading is listed as %q", row)
	}
	if kept := p.value(`JSON.parse(localStorage.getItem("pneumoscope.readings")).map((reading) => Object.keys(reading).join()).join(";")`); kept != "said,score,truth" {
		t.Errorf("the browser keeps %s; want said,score,truth", kept)
	}
	// The readings are still there after the page is opened again, and gone after
	// "forget".
	p.do(chromedp.Navigate(frontend.URL), chromedp.WaitVisible(chromedp.ID("readings")))
	p.do(chromedp.Click(chromedp.ID("forget")), chromedp.WaitNotVisible(chromedp.ID("readings")))
	if kept := p.value(`localStorage.getItem("pneumoscope.readings")`); kept != "null" {
		t.Errorf("after forgetting, %s is kept", kept)
	}
}

func TestAFilmCanBeViewedWithTheKeyboardAlone(t *testing.T) {
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

func TestResultsCanBeSavedAndCleared(t *testing.T) {
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
		t.Errorf("the table has %s rows; want 2", rows)
	}
	p.picture("caveats-several")
	p.do(chromedp.Click(chromedp.CSS(".export-csv")), chromedp.Click(chromedp.CSS(".export-json")))
	p.until("saved.length === 2")
	lines := strings.Split(p.value("saved[0]"), "\r\n")
	if len(lines) != 4 {
		t.Fatalf("the CSV has %d lines; want 4: %q", len(lines), lines)
	}
	if want := `"'=1+1,""x"".png","0.`; !strings.HasPrefix(lines[1], want) {
		t.Errorf("the film's line in the CSV is %q; want it to begin with %q", lines[1], want)
	}
	if want := "dispositif médical"; !strings.Contains(lines[1], want) {
		t.Errorf("the film's line in the CSV is %q; want it to contain %q", lines[1], want)
	}
	if want := `"unsupported_type"`; !strings.Contains(lines[2], want) {
		t.Errorf("the refused file's line in the CSV is %q; want it to contain %q", lines[2], want)
	}
	// The caveats are saved with the probability.
	shown := p.value(`[...document.querySelectorAll(".film .caveats li")].map((caveat) => caveat.textContent).join(" ")`)
	if want := "peu de pixels"; !strings.Contains(shown, want) {
		t.Errorf("the page's caveats are %q; want them to contain %q", shown, want)
	}
	if want := `"unlike_training low_resolution","` + shown + `"`; !strings.Contains(lines[1], want) {
		t.Errorf("the film's line in the CSV is %q; want it to contain %q", lines[1], want)
	}
	if caveats := p.value(`JSON.parse(saved[1]).films.map(({caveats}) => caveats.map(({message}) => message).join(" ")).join("; ")`); caveats != shown+"; " {
		t.Errorf("the caveats in the JSON are %q; want %q", caveats, shown+"; ")
	}
	if films := p.value(`JSON.parse(saved[1]).films.map((film) => typeof film.probability).join()`); films != "number,object" {
		t.Errorf("the probabilities in the JSON are of type %s; want number,object", films)
	}
	p.do(chromedp.Click(chromedp.CSS(".clear")))
	if left := p.value(`document.querySelector("#results").childElementCount + document.querySelector("#status").textContent`); left != "0Clichés et lectures effacés." {
		t.Errorf("after clearing: %q", left)
	}
}

func TestAResultPrintsOnOnePage(t *testing.T) {
	frontend, _ := startBoth(t)
	for _, language := range []string{"en", "fr"} {
		p := openPage(t, frontend.URL, visitor{language: language})
		p.read(drawPhantom(t, "-size", "256x256")) // a small film, to print caveats too
		background := true
		printed, err := chromedp.Call(p.ctx, protocol.PrintToPDF, protocol.PrintToPDFParams{PrintBackground: &background, PaperWidth: 8.27, PaperHeight: 11.69, PreferCSSPageSize: &background})
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(printed.Data, []byte("/Type /Page\n")); n != 1 {
			t.Errorf("%s: the result prints on %d pages; want 1", language, n)
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
	for _, control := range []string{"Save as CSV", "Reading tools"} {
		if strings.Contains(text, control) {
			t.Errorf("without script there is the control %q, which does nothing", control)
		}
	}
	p.picture("noscript-result")
}

func TestReadingCanBeCancelled(t *testing.T) {
	requests := make(chan struct{}, 8)
	model := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/invocations" {
			_, _ = io.Copy(io.Discard, r.Body) // otherwise the server does not notice that its client disconnects
			requests <- struct{}{}
			<-r.Context().Done()
		}
	}))
	t.Cleanup(model.Close)
	frontend := start(t, "frontend", "FRONTEND_MLFLOW_ADDRESS="+model.URL, "FRONTEND_REQUEST_TIMEOUT=5s")
	p := openPage(t, frontend.URL, visitor{})
	p.do(chromedp.SetUploadFiles(fileInput, file(t, drawPhantom(t))), chromedp.WaitVisible(chromedp.ID("cancel")))
	<-requests
	p.until(`document.querySelector("#sent").value === 100`)
	p.picture("busy")
	p.do(chromedp.Click(chromedp.ID("cancel")), chromedp.WaitVisible(chromedp.CSS(`.drop[data-state="idle"]`)))
	if said := p.value(`document.querySelector("#status").textContent + document.querySelector("#results").childElementCount`); said != "Cancelled. Nothing was kept.0" {
		t.Errorf("after cancelling: %q", said)
	}
}

// A screen reader reads the caveats with the probability.
func TestAScreenReaderReadsTheCaveats(t *testing.T) {
	frontend, _ := startBoth(t)
	p := openPage(t, frontend.URL, visitor{})
	p.read(drawPhantom(t, "-size", "256x256"))
	p.picture("caveats")
	said := strings.Join(strings.Fields(p.value(`document.querySelector("#status").textContent`)), " ")
	if want := "Signs of pneumonia: "; !strings.HasPrefix(said, want) {
		t.Errorf("a screen reader reads %q; want it to begin with %q", said, want)
	}
	for _, want := range []string{"%", "This picture has few pixels"} {
		if !strings.Contains(said, want) {
			t.Errorf("a screen reader reads %q; want it to contain %q", said, want)
		}
	}

	// With two films, the probability of one is not read.
	noFilm := filepath.Join(t.TempDir(), "none.png")
	if err := os.WriteFile(noFilm, []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.SetUploadFiles(fileInput, append(file(t, drawPhantom(t)), noFilm)), chromedp.WaitVisible(chromedp.CSS(".film.refused")))
	if said := p.value(`document.querySelector("#status").textContent`); strings.Contains(said, "%") {
		t.Errorf("with a refused film beside a scored one, a screen reader reads %q", said)
	}
}

// Speech input recognises the visible label of the file button (WCAG 2.5.3): with a
// mouse, on a phone and without script.
func TestTheFileInputHasItsVisibleLabelAsName(t *testing.T) {
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
		found := false
		for _, node := range tree.Nodes {
			if node.BackendDOMNodeID == 0 || node.Role == nil || node.Name == nil || string(node.Role.Value) != `"button"` {
				continue
			}
			var accessible string
			if err := json.Unmarshal(node.Name.Value, &accessible); err != nil {
				t.Fatal(err)
			}
			found = found || strings.Contains(strings.Join(strings.Fields(accessible), " "), visible)
		}
		if visible == "" {
			t.Errorf("%s: the label is empty", name)
		}
		if !found {
			t.Errorf("%s: no button has the name %q", name, visible)
		}
	}
}

// Only the footer moves while a film is uploaded and judged.
func TestOnlyTheFooterMoves(t *testing.T) {
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
		t.Errorf("these elements moved: %s", moved)
	}
}
