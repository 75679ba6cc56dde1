package web

import (
	"bytes"
	"image/png"
	"regexp"
	"strings"
	"testing"
)

func staticPath(t *testing.T, s *site, name string) string {
	t.Helper()
	path := regexp.MustCompile(`/static/[0-9a-f]{16}/` + regexp.QuoteMeta(name)).FindString(s.get(t, "/").Body)
	if path == "" {
		t.Fatalf("the page does not refer to %s", name)
	}
	return path
}

func TestAssetsAreServedForEver(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	for name, kind := range map[string]string{"page.css": "text/css", "noscript.css": "text/css", "app.js": "text/javascript", "icon.svg": "image/svg+xml"} {
		r := s.get(t, staticPath(t, s, name))
		if r.Status != 200 || !strings.HasPrefix(r.Header.Get("Content-Type"), kind) || !strings.Contains(r.Header.Get("Cache-Control"), "immutable") || r.Body == "" {
			t.Errorf("%s: status %d, %v", name, r.Status, r.Header)
		}
		// Another version's address must not answer this version's file.
		if r := s.get(t, "/static/0123456789abcdef/"+name); r.Status != 404 || strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s under another version: status %d", name, r.Status)
		}
	}
	for _, path := range []string{"/static/", "/static/../server.go", "/static/x", strings.Replace(staticPath(t, s, "page.css"), "page.css", "%2e%2e", 1)} {
		if r := s.get(t, path); r.Status != 404 {
			t.Errorf("%s: status %d", path, r.Status)
		}
	}
}

// Scripts import each other by plain name, which only holds if all are there.
func TestScriptsFindEachOther(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	folder := strings.TrimSuffix(staticPath(t, s, "app.js"), "app.js")
	imports := regexp.MustCompile(`from "\./([a-z]+\.js)"`).FindAllStringSubmatch(s.get(t, folder+"app.js").Body, -1)
	if len(imports) == 0 {
		t.Fatal("the script imports nothing")
	}
	for _, name := range imports {
		if r := s.get(t, folder+name[1]); r.Status != 200 {
			t.Errorf("%s: status %d", name[1], r.Status)
		}
	}
}

func TestThePageAsksNobodyElse(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	for _, name := range []string{"", "page.css", "noscript.css", "app.js"} {
		path := "/"
		if name != "" {
			path = staticPath(t, s, name)
		}
		if other := regexp.MustCompile(`(?:https?:)?//[a-z]+\.[a-z]`).FindString(s.get(t, path).Body); other != "" {
			t.Errorf("%s refers to %s", path, other)
		}
	}
}

func TestADrawnFilmCanBeTried(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	lucid, dense := s.get(t, "/phantom.png"), s.get(t, "/phantom.png?opacity=0.9")
	for _, r := range []reply{lucid, dense} {
		if _, err := png.Decode(bytes.NewReader([]byte(r.Body))); err != nil || r.Status != 200 || r.Header.Get("Content-Type") != "image/png" {
			t.Errorf("status %d, %v: %v", r.Status, r.Header, err)
		}
	}
	if lucid.Body == dense.Body {
		t.Error("the opacity makes no difference")
	}
	for _, opacity := range []string{"-0.1", "1.1", "NaN", "Inf", "dense", ""} {
		if r := s.get(t, "/phantom.png?opacity="+opacity, "Accept", "application/json"); opacity != "" && (r.Status != 400 || r.json(t).Code != "bad_opacity") {
			t.Errorf("opacity %q: status %d", opacity, r.Status)
		}
	}
	for _, link := range regexp.MustCompile(`/phantom\.png[^"]*`).FindAllString(s.get(t, "/").Body, -1) {
		r := s.get(t, link)
		if r.Status != 200 {
			t.Errorf("%s: status %d", link, r.Status)
		}
		if _, a := s.uploadJSON(t, []byte(r.Body)); len(a.Films) != 1 || a.Films[0].Probability == nil {
			t.Errorf("%s cannot be read as a film", link)
		}
	}
}

func TestTheBannerIsOnlyThereWhenTheModelIsAway(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	r := s.get(t, "/")
	if r.Status != 200 || !regexp.MustCompile(`<div id="away"[^>]* hidden>`).MatchString(r.Body) {
		t.Errorf("status %d, and the banner shows: %s", r.Status, r.Body)
	}
	if s.get(t, "/readyz").Status != 200 {
		t.Error("not ready")
	}
}

// What a visitor's first look costs, before any film: uncompressed, every script
// included.
func TestThePageIsLight(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	total := len(s.get(t, "/?lang=fr").Body)
	folder := strings.TrimSuffix(staticPath(t, s, "app.js"), "app.js")
	static, err := newStaticFiles()
	if err != nil {
		t.Fatal(err)
	}
	for name := range static.files {
		total += len(s.get(t, folder+name).Body)
	}
	if total > 150_000 {
		t.Errorf("the page weighs %d bytes, want 150 kB at most", total)
	}
}
