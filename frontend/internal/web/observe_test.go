package web

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"pneumoscope/frontend/api"
)

// answers returns one answer of each kind: of every handler, and for every way to be refused.
func answers(t *testing.T, s *site) map[string]reply {
	t.Helper()
	large, contentType := formOf(t, api.FilmField, make([]byte, 3<<20))
	return map[string]reply{
		"home":           s.get(t, "/"),
		"prediction":     s.upload(t, [][]byte{film(t)}),
		"JSON":           s.upload(t, [][]byte{film(t)}, "Accept", "application/json"),
		"fragment":       s.upload(t, [][]byte{film(t)}, fragmentHeader, "results"),
		"refusal":        s.upload(t, [][]byte{[]byte("text")}),
		"no film":        s.upload(t, nil),
		"body too large": s.do(t, "POST", "/predict", large, "Content-Type", contentType),
		"model":          s.get(t, "/model"),
		"document":       s.get(t, "/openapi.json"),
		"explanation":    s.get(t, "/problems/busy"),
		"problem":        s.get(t, "/nothing", "Accept", "application/json"),
		"phantom":        s.get(t, "/phantom.png?opacity=0.5"),
		"static":         s.get(t, staticPath(t, s, "page.css")),
		"live":           s.get(t, "/livez"),
		"ready":          s.get(t, "/readyz"),
		"not found":      s.get(t, "/nothing"),
		"wrong method":   s.do(t, "DELETE", "/predict", nil),
		"no method":      s.do(t, "BREW", "/predict", nil),
		"panic":          s.get(t, "/panic"),
		"large headers":  s.get(t, "/", "Cookie", strings.Repeat("x", 20000)),
	}
}

func TestEveryAnswerIsProtected(t *testing.T) {
	// It finds a style, an event's handler, or a script that has no address.
	inline := regexp.MustCompile(`(?i)<style|<[^>]*\s(?:style|on[a-z]+)=|javascript:|<script(?:\s+(?:type="[a-z]+")?)?>`)
	s := startSite(t, startModel(t).URL)
	for name, r := range answers(t, s) {
		for header, want := range map[string]string{
			"Content-Security-Policy":      contentPolicy,
			"X-Content-Type-Options":       "nosniff",
			"X-Frame-Options":              "DENY",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := r.Header.Get(header); got != want {
				t.Errorf("%s (%d): %s is %q", name, r.Status, header, got)
			}
		}
		for _, header := range []string{"Permissions-Policy", "Content-Type"} {
			if r.Header.Get(header) == "" {
				t.Errorf("%s (%d) has no %s", name, r.Status, header)
			}
		}
		if name == "phantom" || name == "static" {
			wantPrefix(t, name+": Cache-Control", r.Header.Get("Cache-Control"), "public")
		} else {
			wantHeader(t, name, r, "Cache-Control", "no-store")
		}
		if found := inline.FindString(r.Body); found != "" && strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s has inline style or script, which the policy forbids: %s", name, found)
		}
	}
	wantText(t, "the policy", contentPolicy, "default-src 'none'", "frame-ancestors 'none'", "img-src 'self' data: blob:")
	lackText(t, "the policy", contentPolicy, "unsafe")
}

func TestEveryAnswerHasItsStatusAndIsCounted(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	for name, r := range answers(t, s) {
		want, ok := map[string]int{
			"refusal": 415, "no film": 400, "body too large": 413, "not found": 404, "problem": 404, "wrong method": 405, "no method": 405,
			"panic": 500, "large headers": 431,
		}[name]
		if !ok {
			want = 200
		}
		if r.Status != want {
			t.Errorf("%s: status %d, want %d", name, r.Status, want)
		}
	}
	for _, line := range []string{
		`requests_total{code="200",route="/"} 2`, // one of them to find the stylesheet
		`requests_total{code="200",route="/predict"} 3`,
		`requests_total{code="413",route="/predict"} 1`,
		`requests_total{code="415",route="/predict"} 1`,
		`requests_total{code="404",route="unmatched"} 2`,
		`requests_total{code="405",route="unmatched"} 2`,
		`requests_total{code="431",route="unmatched"} 1`,
		`requests_total{code="500",route="/panic"} 1`,
		`requests_total{code="200",route="/static/:version/:name"} 1`,
		`films_total{format="png",outcome="scored"} 3`,
		`films_total{format="other",outcome="refused"} 1`,
		`films_total{format="dicom",outcome="failed"} 0`,
		`film_brightness_ratio_count 3`,
		`film_aspect_ratio_count 3`,
		`refusals_total{code="unsupported_type"} 1`,
		`refusals_total{code="body_too_large"} 1`,
		`refusals_total{code="corrupt"} 0`,
		`requests_in_flight 0`,
		`model_request_duration_seconds_count 3`,
		`request_duration_seconds_count{route="/predict"} 6`,
	} {
		if !strings.Contains(scrape(t, s), "pneumoscope_frontend_"+line+"\n") {
			t.Errorf("the metrics lack %s", line)
		}
	}
	for _, code := range Codes() {
		if !strings.Contains(scrape(t, s), fmt.Sprintf("refusals_total{code=%q}", code)) {
			t.Errorf("no metric for %s", code)
		}
	}
	problems, err := testutil.GatherAndLint(s.registry)
	if err != nil {
		t.Error(err)
	}
	if len(problems) > 0 {
		t.Errorf("metrics that do not follow the rules: %v", problems)
	}
}

func scrape(t *testing.T, s *site) string {
	t.Helper()
	families, err := s.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, family := range families {
		for _, metric := range family.Metric {
			labels := make([]string, 0, len(metric.Label))
			for _, label := range metric.Label {
				labels = append(labels, fmt.Sprintf("%s=%q", label.GetName(), label.GetValue()))
			}
			name := family.GetName()
			value := metric.GetCounter().GetValue() + metric.GetGauge().GetValue()
			if metric.Histogram != nil {
				name, value = name+"_count", float64(metric.Histogram.GetSampleCount())
			}
			if len(labels) > 0 {
				name += "{" + strings.Join(labels, ",") + "}"
			}
			fmt.Fprintf(&text, "%s %v\n", name, value)
		}
	}
	return text.String()
}

// If only one film is sent between two looks at the metrics, they must not be exact enough to identify it.
func TestTheMetricsOfAFilmAreCoarse(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	s.uploadJSON(t, film(t)) // 256 by 256
	families, err := s.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]float64{}
	for _, family := range families {
		sums[family.GetName()] = family.GetMetric()[0].GetHistogram().GetSampleSum()
	}
	wantEqual(t, "the sum of the aspect", sums["pneumoscope_frontend_film_aspect_ratio"], 0.995)
	halves := sums["pneumoscope_frontend_film_brightness_ratio"] * 200
	if odd := math.Mod(math.Round(halves), 2); odd != 1 || math.Abs(halves-math.Round(halves)) > 1e-9 {
		t.Errorf("the sum of the brightness is %v, want the middle of a hundredth", halves/200)
	}
}

func TestWhatIsCountedStaysInItsBucket(t *testing.T) {
	for number, want := range map[float64]float64{0: 0, 1e-6: 0.005, 0.4226: 0.425, 0.857: 0.855, 1: 0.995, 3.14159: 3.145} {
		if got := coarsely(number); math.Abs(got-want) > 1e-12 {
			t.Errorf("%v counts as %v, want %v", number, got, want)
		}
	}
	for _, bound := range []float64{.1, .2, .3, .4, .5, .6, .7, .8, .9, 1, 1.1, 1.25, 1.4, 1.6, 2} {
		if got := coarsely(bound); got > bound {
			t.Errorf("%v counts as %v, above the bound of its bucket", bound, got)
		}
		if got := coarsely(bound + 1e-6); got <= bound {
			t.Errorf("a millionth above %v counts as %v, below the bound of its bucket", bound, got)
		}
	}
}

func TestTheFirstFailureIsSeen(t *testing.T) {
	text := scrape(t, startSite(t, startModel(t).URL))
	for _, code := range []string{"500", "502", "503", "504"} {
		if want := `pneumoscope_frontend_requests_total{code="` + code + `",route="/predict"} 0`; !strings.Contains(text, want) {
			t.Errorf("there is no %s before the first of them, and a rate would not see it", want)
		}
	}
}

func TestFilmsThatTheModelFailedAreCounted(t *testing.T) {
	s := startSite(t, "http://127.0.0.1:1")
	s.uploadJSON(t, film(t), film(t))
	for _, line := range []string{`films_total{format="png",outcome="failed"} 2`, `refusals_total{code="model_unavailable"} 1`} {
		if !strings.Contains(scrape(t, s), line) {
			t.Errorf("the metrics lack %s", line)
		}
	}
}

func TestARequestIsLoggedWithoutItsContent(t *testing.T) {
	model := startModel(t)
	s := startSite(t, model.URL)
	r := s.upload(t, [][]byte{film(t), []byte("text")}, "X-Request-ID", "ward-7.42_a", "Accept", "application/json")
	if r.Header.Get("X-Request-ID") != "ward-7.42_a" {
		t.Errorf("the caller's id is not answered: %v", r.Header)
	}
	model.set(func(m *modelDouble) {
		wantEqual(t, "the ids that the model server got", m.requestIDs, []string{"ward-7.42_a"})
	})
	entries := map[string]map[string]any{}
	for line := range strings.Lines(s.log.String()) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		if entry["request_id"] == "ward-7.42_a" {
			entries[entry["msg"].(string)] = entry
		}
	}
	request, refusal := entries["request"], entries["film refused"]
	for name, want := range map[string]any{
		"method": "POST", "route": "/predict", "status": 200.0, "level": "INFO", "bytes_out": float64(len(r.Body)),
	} {
		wantEqual(t, "the access log's "+name, request[name], want)
	}
	if bytes, ok := request["bytes_in"].(float64); !ok || bytes < 1000 {
		t.Errorf("the access log's bytes_in is %v", request["bytes_in"])
	}
	for name, want := range map[string]any{"film": 1.0, "code": "unsupported_type", "detail": "text"} {
		wantEqual(t, "the logged refusal's "+name, refusal[name], want)
	}
	lackText(t, "the log, of a file's name", s.log.String(), "Doe")
}

func TestARequestWithoutAnIDGetsOne(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	seen := map[string]bool{}
	for _, id := range []string{"", "with space", strings.Repeat("x", 65), "line\tbreak", ""} {
		r := s.get(t, "/livez", "X-Request-ID", id)
		got := r.Header.Get("X-Request-ID")
		if !saneID.MatchString(got) {
			t.Errorf("for the id %q: %q is not sane", id, got)
		}
		if got == id {
			t.Errorf("the id %q is kept", id)
		}
		if seen[got] {
			t.Errorf("for the id %q: %q comes twice", id, got)
		}
		seen[got] = true
	}
}

func TestAPanicIsAnsweredLoggedAndCounted(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	r := s.get(t, "/panic", "Accept-Language", "fr")
	wantStatus(t, "the page", r, 500)
	wantText(t, "the page", r.Body, `<html lang="fr">`)
	wantText(t, "the page", squeeze(r.Body), "Une erreur s’est produite ici")
	wantProblem(t, "the JSON", s.get(t, "/panic", "Accept", "application/json"), 500, "internal")
	log := s.log.String()
	lackText(t, "the page", r.Body, "Jane Doe", "goroutine")
	lackText(t, "the log", log, "Jane Doe")
	wantText(t, "the log", log, `"level":"ERROR","msg":"request"`)
	if !strings.Contains(log, "observe_test.go") && !strings.Contains(log, "harness_test.go") {
		t.Errorf("the log does not tell where it was: %s", log)
	}
}

// A request that cannot be read is refused before any middleware. It has no route, but it still gets an answer, a log
// line and a count.
func TestARequestThatCannotBeReadIsAnswered(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	connection, err := net.Dial("tcp", s.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(5 * time.Second))
	fmt.Fprint(connection, "Doe\r\n\r\n")
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(response.Body)
	r := reply{response.StatusCode, response.Header, string(text)}
	wantStatus(t, "the answer", r, 400)
	lackText(t, "the answer", r.Body, "Doe")
	wantHeader(t, "the answer", r, "Content-Security-Policy", contentPolicy)
	wantText(t, "the log", s.log.String(), `"code":"bad_request"`)
	lackText(t, "the log", s.log.String(), "Doe")
}
