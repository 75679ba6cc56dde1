package web

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pneumoscope/frontend/internal/quota"
)

// An address that sends too many requests is refused in every form of answer, and other addresses are still served.
func TestAnAddressThatSendsTooManyFilmsMustWait(t *testing.T) {
	s := startSite(t, startModel(t).URL, func(c *Config) {
		c.Uploads = quota.Config{PerMinute: 2}
		c.TrustedProxies, _ = quota.ParseNetworks("127.0.0.0/8")
	})
	from := func(client string, header ...string) reply {
		return s.upload(t, [][]byte{film(t)}, append(header, "X-Forwarded-For", client)...)
	}
	for range 2 {
		if r := from("203.0.113.77"); r.Status != 200 {
			t.Fatalf("status %d", r.Status)
		}
	}
	r := from("198.51.100.1, 203.0.113.77", "Accept", "application/json")
	wantProblem(t, "the third upload", r, 429, "rate_limited")
	wait, err := strconv.Atoi(r.Header.Get("Retry-After"))
	if err != nil {
		t.Errorf("Retry-After is %q", r.Header.Get("Retry-After"))
	}
	if wait < 2 || wait > 30 {
		t.Errorf("the pause is %d seconds, want 2 to 30", wait)
	}
	page := from("203.0.113.77", "Accept-Language", "fr")
	wantStatus(t, "the French page", page, 429)
	wantText(t, "the French page", squeeze(page.Body), "Trop de requêtes sont venues de votre réseau.")
	fragment := from("203.0.113.77", fragmentHeader, "results")
	wantStatus(t, "the fragment", fragment, 429)
	wantText(t, "the fragment", fragment.Body, `data-code="rate_limited"`)
	if r := from("203.0.113.78"); r.Status != 200 {
		t.Errorf("another address gets status %d", r.Status)
	}
	if r := s.get(t, "/"); r.Status != 200 {
		t.Errorf("the page gets status %d", r.Status)
	}
	metrics := scrape(t, s)
	for _, line := range []string{`refusals_total{code="rate_limited"} 3`, `requests_total{code="429",route="/predict"} 3`, `limited_addresses{kind="upload"} 2`} {
		if !strings.Contains(metrics, "pneumoscope_frontend_"+line+"\n") {
			t.Errorf("the metrics lack %s", line)
		}
	}
	if strings.Contains(metrics+s.log.String(), "203.0.113.7") {
		t.Error("an address is in the log or in the metrics")
	}
}

func TestEverythingElseHasItsOwnLimit(t *testing.T) {
	s := startSite(t, startModel(t).URL, func(c *Config) { c.Requests = quota.Config{PerMinute: 5} })
	for i, path := range []string{"/", "/model", "/nothing", "/phantom.png"} { // startSite has already sent one request
		if r := s.get(t, path); r.Status == 429 {
			t.Fatalf("request %d, of %s, is refused", i, path)
		}
	}
	for _, path := range []string{"/", "/nothing", "/model", "/openapi.json"} {
		wantProblem(t, path, s.get(t, path, "Accept", "application/json"), 429, "rate_limited")
	}
	if r := s.upload(t, [][]byte{film(t)}); r.Status != 200 {
		t.Errorf("an upload gets status %d", r.Status)
	}
	if want := fmt.Sprintf(`requests_total{code="429",route=%q} 4`, unmatchedRoute); !strings.Contains(scrape(t, s), want) {
		t.Errorf("the metrics lack %s", want)
	}
}

// If a foreign page makes a visitor's browser upload a film, the upload is refused. It counts as one of the other
// requests, so the visitor can still upload films.
func TestAForeignPageCannotUseUpAnAddressUploads(t *testing.T) {
	s := startSite(t, startModel(t).URL, func(c *Config) {
		c.Uploads, c.Requests = quota.Config{PerMinute: 1}, quota.Config{PerMinute: 5}
	})
	foreign := func() reply {
		return s.upload(t, [][]byte{film(t)}, "Sec-Fetch-Site", "cross-site", "Accept", "application/json")
	}
	for i := range 4 { // startSite has already sent one request
		wantProblem(t, fmt.Sprintf("request %d", i), foreign(), 403, "cross_site")
	}
	wantProblem(t, "one request more than is allowed", foreign(), 429, "rate_limited")
	if r := s.upload(t, [][]byte{film(t)}, "Sec-Fetch-Site", "same-origin"); r.Status != 200 {
		t.Errorf("the page's own upload gets status %d", r.Status)
	}
}
