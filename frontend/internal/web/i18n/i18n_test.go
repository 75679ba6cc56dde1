package i18n

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func load(t *testing.T) map[Tag]*Texts {
	t.Helper()
	catalogues, err := Load(Limits{MaxFilms: 20, MaxBytes: 32 << 20, MaxPixels: 64_000_000, MinSide: 64, Side: 224})
	if err != nil {
		t.Fatal(err)
	}
	return catalogues
}

// Load fails on an unknown key. A missing key leaves its field empty.
func TestEveryTextIsThereInEveryLanguage(t *testing.T) {
	catalogues := load(t)
	english := catalogues[English]
	for tag, texts := range catalogues {
		fields := reflect.ValueOf(*texts)
		for i := range fields.NumField() {
			if fields.Field(i).IsZero() {
				t.Errorf("%s lacks %s", tag, fields.Type().Field(i).Name)
			}
		}
		for kind, pair := range map[string][2]map[string]string{
			"error":   {english.Errors, texts.Errors},
			"problem": {english.Problems, texts.Problems},
			"caveat":  {english.Caveats, texts.Caveats},
		} {
			original, translated := pair[0], pair[1]
			if diff := cmp.Diff(slices.Sorted(maps.Keys(original)), slices.Sorted(maps.Keys(translated))); diff != "" {
				t.Errorf("%s has other texts of the kind %s than English (-English +%s):\n%s", tag, kind, tag, diff)
			}
			for key, text := range translated {
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s: the %s %s is empty", tag, kind, key)
				}
				if tag != English && text == original[key] {
					t.Errorf("%s: the %s %s is not translated", tag, kind, key)
				}
			}
		}
	}
}

func TestTheNoticeIsTheCatalogues(t *testing.T) {
	for tag, texts := range load(t) {
		got, err := NoticeInFull(tag)
		if err != nil {
			t.Error(err)
		}
		if got == "" || got != texts.NoticeInFull {
			t.Errorf("in %s the notice is %q, want %q", tag, got, texts.NoticeInFull)
		}
	}
	if got, err := NoticeInFull("tlh"); err == nil {
		t.Errorf("in a language without a catalogue the notice is %q", got)
	}
}

// A text that is never shown is never kept up to date.
func TestEveryTextIsUsed(t *testing.T) {
	var sources strings.Builder
	for _, pattern := range []string{"../*.go", "../view/*.go", "../templates/*.gohtml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("no sources match %s: %v", pattern, err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			sources.Write(text)
		}
	}
	for field := range reflect.TypeFor[Texts]().Fields() {
		name := field.Name
		if !regexp.MustCompile(`(\.T|\.Other|texts)\.` + name + `\b`).MatchString(sources.String()) {
			t.Errorf("nothing shows %s", name)
		}
	}
}

func TestLimitsAreWrittenIntoTheSentences(t *testing.T) {
	for tag, texts := range load(t) {
		for _, limit := range []string{"20", "32"} {
			if !strings.Contains(texts.Limits, limit) {
				t.Errorf("%s: the limits lack %s: %q", tag, limit, texts.Limits)
			}
		}
		for code, sentence := range texts.Errors {
			if strings.Contains(sentence, "{") {
				t.Errorf("%s: the sentence for %s still has a name in braces: %q", tag, code, sentence)
			}
		}
	}
}
