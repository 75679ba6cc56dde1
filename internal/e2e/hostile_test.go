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

func TestEveryHostileFileIsRefusedAndARealFilmScoresAfterwards(t *testing.T) {
	const most = 300 << 20
	frontend, _ := startBoth(t)
	files := hostile.Files()
	for _, file := range files {
		status, a := upload(t, frontend.URL, "film", file.Data)
		if status < 400 || status > 499 || a.code() != file.Code {
			t.Errorf("%s: status %d, code %q; want 4xx, %q", file.Name, status, a.code(), file.Code)
		}
		if len(a.Films) != 1 || a.Films[0].Refusal == nil || a.Films[0].Refusal.Message == "" {
			t.Errorf("%s: there is no sentence", file.Name)
		}
	}
	frontend.alive(t)
	peak := frontend.peak(t)
	t.Logf("%d files; the frontend's peak is %d MiB", len(files), peak>>20)
	if peak > most {
		t.Errorf("the frontend took %d MiB, want %d at most", peak>>20, most>>20)
	}
	film := originals(t)[0]
	if p := score(t, frontend.URL, read(t, film.Path)); p < 0 || p > 1 {
		t.Errorf("afterwards a film scores %v", p)
	}
}

// The largest film there may be, by its pixels and by its bytes, from 64 visitors at once. Sixteen uploads are in memory
// at a time, of which two are decoded.
func TestThePageAnswersWhileSixtyFourUploadTheLargestFilm(t *testing.T) {
	const most = 1536 << 20
	frontend, _ := startBoth(t)
	film := largestFilm(t)
	var uploads sync.WaitGroup
	var underWay, scored, refused atomic.Int64
	for range 64 {
		underWay.Add(1)
		uploads.Go(func() {
			defer underWay.Add(-1)
			status, a := upload(t, frontend.URL, "film", film)
			switch {
			case status == http.StatusOK && len(a.Films) == 1 && a.Films[0].Probability != nil:
				scored.Add(1)
			case (status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests) && a.code() != "":
				refused.Add(1)
			default:
				t.Errorf("status %d, code %q; want a score, or a coded 503 or 429", status, a.code())
			}
		})
	}
	visits := 0
	for ; underWay.Load() > 0; visits++ {
		if got := status(frontend.URL + "/"); got != http.StatusOK {
			t.Errorf("meanwhile the page answers %d", got)
			break
		}
	}
	uploads.Wait()
	peak := frontend.peak(t)
	t.Logf("%d scored, %d refused, %d visits of the page meanwhile; the frontend's peak is %d MiB", scored.Load(), refused.Load(), visits, peak>>20)
	if scored.Load() == 0 || visits == 0 {
		t.Errorf("%d were scored, the page was visited %d times", scored.Load(), visits)
	}
	if peak > most {
		t.Errorf("the frontend took %d MiB, want %d at most", peak>>20, most>>20)
	}
}

// largestFilm is a drawn film of 8000x8000 pixels, filled up behind its end to what an upload may have.
func largestFilm(t *testing.T) []byte {
	t.Helper()
	const side, form = 8000, 1 << 10
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

// peak is the most memory that the process has held.
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
