//go:build browser

package e2e

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// axe checks the page against the rules of WCAG 2.2 AA that a program can check.
func (p *page) axe(state string) {
	p.t.Helper()
	path := os.Getenv("AXE")
	if path == "" {
		p.t.Fatal("AXE must name axe.min.js: run `make test-browser`, which downloads it")
	}
	rules, err := os.ReadFile(path)
	if err != nil {
		p.t.Fatal(err)
	}
	p.evaluate("(() => {" + string(rules) + "})(), true")
	found, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`axe.run(document, {resultTypes: ["violations"], runOnly:
		["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(({violations}) => JSON.stringify(
		violations.flatMap(({id, help, nodes}) => nodes.map(({html, failureSummary}) => [id, help, html.slice(0, 200), failureSummary]))))`, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatal(err)
	}
	var violations [][]string
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		p.t.Fatal(err)
	}
	for _, violation := range violations {
		p.t.Errorf("%s: %q", state, violation)
	}
}

func TestEveryStateIsAccessible(t *testing.T) {
	frontend, _ := startBoth(t)
	film, other := file(t, drawPhantom(t, "-opacity", "0.9"))[0], file(t, drawPhantom(t))[0]
	noFilm := file(t, []byte("%PDF-1.7 a letter"))[0]
	for name, visitor := range visitors {
		t.Run(name, func(t *testing.T) {
			p := openPage(t, frontend.URL, visitor)
			p.axe("empty")
			p.do(chromedp.SetUploadFiles(fileInput, []string{film}), chromedp.WaitVisible(results))
			p.evaluate(`document.querySelector(".tools details").open = document.querySelector(".scope details").open = true`)
			p.axe("one film, its tools open")
			p.picture("tools-" + name)
			p.do(chromedp.Click(chromedp.CSS(".tool.keys")), chromedp.WaitVisible(chromedp.CSS("dialog[open]")))
			p.axe("the list of keys")
			p.picture("keys-" + name)
			p.do(chromedp.Click(chromedp.CSS("dialog button")), chromedp.Click(chromedp.ID("readfirst")))
			p.do(chromedp.SetUploadFiles(fileInput, []string{film, other, noFilm}), chromedp.WaitVisible(chromedp.CSS(".film.refused")))
			p.axe("several films, unread")
			p.picture("unread-" + name)
			for range 2 {
				p.do(chromedp.Click(chromedp.CSS("[data-unread] [data-said='75']")))
			}
			p.do(chromedp.Click(chromedp.CSS("[data-truth='1']")), chromedp.WaitVisible(chromedp.CSS("#readings")))
			p.axe("several films, read")
			p.picture("several-" + name)
			p.do(chromedp.SetUploadFiles(fileInput, []string{noFilm}), chromedp.WaitNotPresent(chromedp.CSS(".film[data-probability]")), chromedp.WaitVisible(results))
			p.axe("no film at all")
			p.do(chromedp.Navigate(frontend.URL + "/nothing?lang=" + p.language))
			p.axe("nothing there")
			p.picture("nothing-" + name)
		})
	}
}

func TestThePageThatWaitsIsAccessible(t *testing.T) {
	frontend := start(t, "frontend", "FRONTEND_MLFLOW_ADDRESS=http://127.0.0.1:1")
	for name, visitor := range visitors {
		p := openPage(t, frontend.URL, visitor)
		p.do(chromedp.SetUploadFiles(fileInput, file(t, drawPhantom(t))), chromedp.WaitVisible(chromedp.CSS(`.drop[data-state="waiting"]`)))
		p.axe("away, " + name)
		p.picture("away-" + name)
		// The notice at the bottom of the page must stay readable.
		if !p.evaluate(`scrollTo({top: 1e6, behavior: "instant"}), document.querySelector("footer").getBoundingClientRect().bottom <= document.querySelector("#away").getBoundingClientRect().top`) {
			t.Errorf("%s: the banner covers the footer", name)
		}
	}
}
