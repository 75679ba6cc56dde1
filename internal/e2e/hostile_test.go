//go:build e2e

package e2e

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pneumoscope/internal/hostile"
)

// statuses has the exact status for some codes. For the other codes any 4xx will do.
var statuses = map[string]int{
	"empty":            http.StatusUnprocessableEntity,
	"corrupt":          http.StatusUnprocessableEntity,
	"too_many_pixels":  http.StatusUnprocessableEntity,
	"unsupported_type": http.StatusUnsupportedMediaType,
}

func TestEveryHostileFileIsRefusedAndARealFilmScoresAfterwards(t *testing.T) {
	const maxPeak = 300 << 20
	frontend, _ := startBoth(t)
	files := hostile.Files()
	for _, file := range files {
		status, a := upload(t, frontend.URL, "film", file.Data)
		t.Run(file.Name, func(t *testing.T) {
			if status/100 != 4 {
				t.Errorf("the status is %d; want 4xx", status)
			}
			if want, ok := statuses[file.Code]; ok && status != want {
				t.Errorf("the status is %d; want %d", status, want)
			}
			if code := a.code(); code != file.Code {
				t.Errorf("the code is %q; want %q", code, file.Code)
			}
			if a.Notice == "" {
				t.Error("the answer lacks the notice that this is not a medical device")
			}
			if len(a.Films) != 1 {
				t.Fatalf("the answer has %d films; want 1", len(a.Films))
			}
			refusal := a.Films[0].Refusal
			if refusal == nil {
				t.Fatal("the film is not refused")
			}
			if refusal.Message == "" {
				t.Error("the refusal has no sentence")
			}
		})
	}
	frontend.alive(t)
	peak := frontend.peak(t)
	t.Logf("%d files; the frontend's peak memory is %d MiB", len(files), peak>>20)
	if peak > maxPeak {
		t.Errorf("the frontend's peak memory is %d MiB; want at most %d", peak>>20, maxPeak>>20)
	}
	film := originals(t)[0]
	wantProbability(t, score(t, frontend.URL, read(t, film.Path)))
}

// 64 visitors upload the largest film, by pixels and by bytes, at the same time. The frontend holds sixteen uploads in
// memory and decodes two of them.
func TestThePageAnswersWhileSixtyFourVisitorsUploadTheLargestFilm(t *testing.T) {
	const maxPeak = 1536 << 20
	frontend, _ := startBoth(t)
	film := largestFilm(t)
	var uploads sync.WaitGroup
	var inFlight, scored, refused atomic.Int64
	for range 64 {
		inFlight.Add(1)
		uploads.Go(func() {
			defer inFlight.Add(-1)
			status, a := upload(t, frontend.URL, "film", film)
			switch {
			case status == http.StatusOK && len(a.Films) == 1 && a.Films[0].Probability != nil:
				scored.Add(1)
			case (status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests) && a.code() != "":
				refused.Add(1)
			default:
				t.Errorf("the status is %d, the code %q; want a probability, or 503 or 429 with a code", status, a.code())
			}
		})
	}
	visits := 0
	for ; inFlight.Load() > 0; visits++ {
		if got := status(frontend.URL + "/"); got != http.StatusOK {
			t.Errorf("during the uploads the page is %d; want 200", got)
			break
		}
	}
	uploads.Wait()
	peak := frontend.peak(t)
	t.Logf("%d scored, %d refused, %d visits of the page during the uploads; the frontend's peak memory is %d MiB", scored.Load(), refused.Load(), visits, peak>>20)
	if scored.Load() == 0 {
		t.Error("no film was scored")
	}
	if visits == 0 {
		t.Error("the page was not visited during the uploads")
	}
	if peak > maxPeak {
		t.Errorf("the frontend's peak memory is %d MiB; want at most %d", peak>>20, maxPeak>>20)
	}
}

// largestFilm is a drawn film of 8000x8000 pixels. Zeros after its end make it as long as an upload may be.
func largestFilm(t *testing.T) []byte {
	t.Helper()
	const side, form = 8000, 1 << 10 // form is the size of the rest of the form
	drawn, err := png.Decode(bytes.NewReader(drawPhantom(t)))
	if err != nil {
		t.Fatal(err)
	}
	small, ok := drawn.(*image.Gray)
	if !ok {
		t.Fatalf("the drawn film is a %T", drawn)
	}
	large := image.NewGray(image.Rect(0, 0, side, side))
	for y := range side {
		row := small.Pix[y*small.Rect.Dy()/side*small.Stride:]
		for x := range side {
			large.Pix[y*side+x] = row[x*small.Rect.Dx()/side]
		}
	}
	var file bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&file, large); err != nil {
		t.Fatal(err)
	}
	return append(file.Bytes(), make([]byte, 32<<20-form-file.Len())...)
}

// peak is the maximum of the process's memory so far.
func (p *process) peak(t *testing.T) int64 {
	t.Helper()
	text, err := os.ReadFile("/proc/" + strconv.Itoa(p.cmd.Process.Pid) + "/status")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindStringSubmatch(string(text))
	if found == nil {
		t.Fatalf("no peak in %s", strings.TrimSpace(string(text)))
	}
	kilobytes, err := strconv.ParseInt(found[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes << 10
}
