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
		wantStatus(t, name, r, 200)
		wantPrefix(t, name+": the type", r.Header.Get("Content-Type"), kind)
		wantText(t, name+": Cache-Control", r.Header.Get("Cache-Control"), "immutable")
		if r.Body == "" {
			t.Errorf("%s is empty", name)
		}
		// Another version's address must not return this version's file.
		r = s.get(t, "/static/0123456789abcdef/"+name)
		wantStatus(t, name+" of another version", r, 404)
		lackText(t, name+" of another version: Cache-Control", r.Header.Get("Cache-Control"), "immutable")
	}
	for _, path := range []string{"/static/", "/static/../server.go", "/static/x", strings.Replace(staticPath(t, s, "page.css"), "page.css", "%2e%2e", 1)} {
		if r := s.get(t, path); r.Status != 404 {
			t.Errorf("%s: status %d", path, r.Status)
		}
	}
}

// Scripts import each other by plain name, which works only if all of them are in the folder.
func TestScriptsFindEachOther(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	folder := strings.TrimSuffix(staticPath(t, s, "app.js"), "app.js")
	imports := regexp.MustCompile(`from "\./([a-z]+\.js)"`).FindAllStringSubmatch(s.get(t, folder+"app.js").Body, -1)
	if len(imports) == 0 {
		t.Fatal("the script has no imports")
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
		wantStatus(t, "a drawn film", r, 200)
		wantHeader(t, "a drawn film", r, "Content-Type", "image/png")
		if _, err := png.Decode(bytes.NewReader([]byte(r.Body))); err != nil {
			t.Errorf("a drawn film cannot be read: %v", err)
		}
	}
	if lucid.Body == dense.Body {
		t.Error("the opacity makes no difference")
	}
	for _, opacity := range []string{"-0.1", "1.1", "NaN", "Inf", "dense", ""} {
		r := s.get(t, "/phantom.png?opacity="+opacity, "Accept", "application/json")
		if opacity != "" {
			wantProblem(t, "opacity "+opacity, r, 400, "bad_opacity")
		}
	}
	for _, link := range regexp.MustCompile(`/phantom\.png[^"]*`).FindAllString(s.get(t, "/").Body, -1) {
		r := s.get(t, link)
		if r.Status != 200 {
			t.Errorf("%s: status %d", link, r.Status)
		}
		_, a := s.uploadJSON(t, []byte(r.Body))
		wantFilms(t, link, a, 1)
		wantScored(t, link, a.Films[0])
	}
}

func TestTheBannerIsOnlyThereWhenTheModelIsAway(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	r := s.get(t, "/")
	wantStatus(t, "the page", r, 200)
	if !regexp.MustCompile(`<div id="away"[^>]* hidden>`).MatchString(r.Body) {
		t.Errorf("the banner shows: %s", r.Body)
	}
	wantStatus(t, "/readyz", s.get(t, "/readyz"), 200)
}

// The limit is for everything that a visitor's first look may load, before any film: uncompressed, with every script.
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
