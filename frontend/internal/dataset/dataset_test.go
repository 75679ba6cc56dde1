package dataset

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/frontend/internal/phantom"
	"pneumoscope/frontend/internal/xray"
)

func TestFilmsOfAnyFormatBecomeAFolderForTraining(t *testing.T) {
	from := films(t)
	to := filepath.Join(t.TempDir(), "prepared")
	summary, err := Prepare(t.Context(), config(t, from, to))
	wantSummary(t, summary, err, Summary{Prepared: 4, Refused: map[string]int{}})
	rows := readCSV(t, filepath.Join(to, "manifest.csv"))
	if diff := cmp.Diff([]string{"file", "label", "source", "split", "patient", "sha256", "licence"}, rows[0]); diff != "" {
		t.Errorf("the columns differ (-want +got):\n%s", diff)
	}
	for _, row := range rows[1:] {
		data := mustRead(t, filepath.Join(to, filepath.FromSlash(row[0])))
		picture, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", row[0], err)
		}
		if got := picture.Bounds().Size(); got != image.Pt(xray.Side, xray.Side) {
			t.Errorf("%s is a picture of %v pixels, want %d on each side", row[0], got, xray.Side)
		}
		if row[5] != digest(data) {
			t.Errorf("%s: the manifest has another digest", row[0])
		}
	}
	for i, want := range []string{
		"ward/NORMAL/a.jpeg.png,NORMAL,ward,val,p-1,,CC0",
		"ward/NORMAL/a.png.png,NORMAL,ward,train,p-2,,CC0",
	} {
		row := slices.Clone(rows[1+i])
		row[5] = ""
		if got := strings.Join(row, ","); got != want {
			t.Errorf("row %d is %s, want %s", i, got, want)
		}
	}
	unnamed := slices.Clone(rows[3])
	if split := unnamed[3]; split != "train" && split != "val" {
		t.Errorf("a film that is not in the manifest is in the split %q", split)
	}
	unnamed[3], unnamed[5] = "", ""
	if diff := cmp.Diff([]string{"ward/PNEUMONIA/b.png.png", "PNEUMONIA", "ward", "", "unknown", "", ""}, unnamed); diff != "" {
		t.Errorf("the row of a film that is not in the manifest differs (-want +got):\n%s", diff)
	}
}

func TestWhatIsRefusedIsListedWithItsReason(t *testing.T) {
	from := films(t)
	put(t, from, "ward/NORMAL/c.png", []byte("no picture"))
	put(t, from, "ward/NORMAL/deep/d.png", drawn(t, 4))
	put(t, from, "ward/NORMAL/e.png", make([]byte, 2<<20))
	put(t, from, "ward/NORMAL/.DS_Store", []byte("x"))
	put(t, from, "README.md", []byte("x"))
	to := t.TempDir()
	summary, err := Prepare(t.Context(), config(t, from, to))
	wantSummary(t, summary, err, Summary{Prepared: 4, Refused: map[string]int{"unsupported_type": 1, "misplaced": 1, "file_too_large": 1}})
	rows := readCSV(t, filepath.Join(to, "refused.csv"))
	if len(rows) != 4 {
		t.Errorf("the list has %d rows, want 4: %v", len(rows), rows)
	}
	if got := rows[1][0] + " " + rows[1][1]; got != "ward/NORMAL/c.png unsupported_type" {
		t.Errorf("the list begins with %s", got)
	}
}

func TestTheResultDoesNotDependOnTheWorkersNorOnAnInterruption(t *testing.T) {
	from := films(t)
	alone, many := t.TempDir(), t.TempDir()
	one := config(t, from, alone)
	one.Parallel = 1
	if _, err := Prepare(t.Context(), one); err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	interrupted := config(t, from, many)
	interrupted.Parallel = 1
	interrupted.Done = cancel // after the first film
	if _, err := Prepare(ctx, interrupted); !errors.Is(err, context.Canceled) {
		t.Fatalf("an interrupted run ends with %v", err)
	}
	if _, err := os.Stat(filepath.Join(many, "manifest.csv")); err == nil {
		t.Error("an interrupted run leaves a manifest, as if it were done")
	}
	summary, err := Prepare(t.Context(), config(t, from, many))
	wantSummary(t, summary, err, Summary{Prepared: 4, Kept: 1, Refused: map[string]int{}})
	if diff := cmp.Diff(contents(t, alone), contents(t, many)); diff != "" {
		t.Errorf("the folders of one worker (-) and of an interrupted run (+) differ:\n%s", diff)
	}
}

func TestAFilmThatWasChangedIsPreparedAgain(t *testing.T) {
	from, to := films(t), t.TempDir()
	if _, err := Prepare(t.Context(), config(t, from, to)); err != nil {
		t.Fatal(err)
	}
	before := mustRead(t, filepath.Join(to, "ward/NORMAL/a.png.png"))
	put(t, from, "ward/NORMAL/a.png", drawn(t, 77))
	later := time.Now().Add(time.Minute)
	if err := os.Chtimes(filepath.Join(from, "ward/NORMAL/a.png"), later, later); err != nil {
		t.Fatal(err)
	}
	summary, err := Prepare(t.Context(), config(t, from, to))
	wantSummary(t, summary, err, Summary{Prepared: 4, Kept: 3, Refused: map[string]int{}})
	if bytes.Equal(before, mustRead(t, filepath.Join(to, "ward/NORMAL/a.png.png"))) {
		t.Error("the prepared film has not changed")
	}
}

func TestFoldersThatCannotBeUsed(t *testing.T) {
	from, begun := films(t), t.TempDir()
	other := config(t, from, begun)
	other.Settings = "ungated=true"
	if _, err := Prepare(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, from, to, says string }{
		{"the same folder", from, from, "must not lie in"},
		{"a folder within", from, filepath.Join(from, "prepared"), "must not lie in"},
		{"no films", t.TempDir(), t.TempDir(), ErrNoFilms.Error()},
		{"other settings", from, begun, ErrOtherSettings.Error()},
	} {
		if _, err := Prepare(t.Context(), config(t, test.from, test.to)); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestOnePatientInTenIsSelectedWithAllFilms(t *testing.T) {
	aside := 0
	for i := range 2000 {
		patient := "p-" + string(rune('a'+i%26)) + strings.Repeat("x", i/26)
		first := drawSplit(found{path: "s/c/1", source: "s"}, patient, "1")
		if second := drawSplit(found{path: "s/c/2", source: "s"}, patient, "2"); first != second {
			t.Fatalf("two films of %s are in %s and %s", patient, first, second)
		}
		if first == "val" {
			aside++
		}
	}
	if aside < 160 || aside > 250 {
		t.Errorf("%d of 2000 patients are put aside", aside)
	}
	if a, b := drawSplit(found{source: "s"}, unknownPatient, "same"), drawSplit(found{source: "t"}, unknownPatient, "same"); a != b {
		t.Error("a film and its copy are in two splits")
	}
}

func wantSummary(t *testing.T, got Summary, err error, want Summary) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("the summary differs (-want +got):\n%s", diff)
	}
}

func config(t *testing.T, from, to string) Config {
	t.Helper()
	decoder, err := xray.NewDecoder(xray.Config{MaxPixels: 1e6, MinSide: 64, Parallel: 2, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	var started, done atomic.Int64
	t.Cleanup(func() {
		if done.Load() > started.Load() {
			t.Errorf("%d films done of %d", done.Load(), started.Load())
		}
	})
	return Config{
		From: from, To: to, Decoder: decoder, Parallel: 2, MaxBytes: 1 << 20,
		Started: func(n int) { started.Add(int64(n)) }, Done: func() { done.Add(1) },
	}
}

// films is a folder of four films. Its manifest lists two of them.
func films(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, phantom.Draw(phantom.Config{Seed: 1, Width: 300, Height: 360}), nil); err != nil {
		t.Fatal(err)
	}
	put(t, dir, "ward/NORMAL/a.jpeg", buf.Bytes())
	put(t, dir, "ward/NORMAL/a.png", drawn(t, 2))
	put(t, dir, "ward/PNEUMONIA/b.png", drawn(t, 3))
	put(t, dir, "ward2/NORMAL/a.png", drawn(t, 5))
	put(t, dir, "manifest.csv", []byte("file,licence,patient,split\nward/NORMAL/a.jpeg,CC0,p-1,val\nward/NORMAL/a.png,CC0,p-2,train\n"))
	return dir
}

func drawn(t *testing.T, seed uint64) []byte {
	t.Helper()
	picture, err := phantom.PNG(phantom.Draw(phantom.Config{Seed: seed, Width: 240, Height: 260}))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// put writes a file that was last changed yesterday.
func put(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	yesterday := time.Now().Add(-24 * time.Hour)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, data, 0o644), os.Chtimes(path, yesterday, yesterday)); err != nil {
		t.Fatal(err)
	}
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(mustRead(t, path))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			all[strings.TrimPrefix(path, dir)] = digest(mustRead(t, path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
