package i18n

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

func load(t *testing.T) map[Tag]*Texts {
	t.Helper()
	catalogues, err := Load(Limits{MaxFilms: 20, MaxBytes: 32 << 20, MaxPixels: 64_000_000, MinSide: 64, Side: 224})
	if err != nil {
		t.Fatal(err)
	}
	return catalogues
}

// An unknown key fails Load; a missing one is an empty field.
func TestEveryTextIsThereInEveryLanguage(t *testing.T) {
	for tag, texts := range load(t) {
		fields := reflect.ValueOf(*texts)
		for i := range fields.NumField() {
			if fields.Field(i).IsZero() {
				t.Errorf("%s lacks %s", tag, fields.Type().Field(i).Name)
			}
		}
		for code, sentence := range texts.Errors {
			if strings.TrimSpace(sentence) == "" {
				t.Errorf("%s has no sentence for %s", tag, code)
			}
		}
	}
	english, french := load(t)[English], load(t)[French]
	for code := range english.Errors {
		if french.Errors[code] == "" {
			t.Errorf("French lacks the error %s", code)
		}
		if french.Errors[code] == english.Errors[code] {
			t.Errorf("the error %s is not translated", code)
		}
	}
	for status := range english.Problems {
		if french.Problems[status] == "" || french.Problems[status] == english.Problems[status] {
			t.Errorf("the title of problems with status %s is not translated", status)
		}
	}
	for caveat := range english.Caveats {
		if french.Caveats[caveat] == "" || french.Caveats[caveat] == english.Caveats[caveat] {
			t.Errorf("the caveat %s is not translated", caveat)
		}
	}
	if len(english.Errors) != len(french.Errors) {
		t.Errorf("%d errors in English, %d in French", len(english.Errors), len(french.Errors))
	}
}

// A text that nothing shows is a text that nobody keeps right.
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
		if !strings.Contains(texts.Limits, "20") || !strings.Contains(texts.Limits, "32") {
			t.Errorf("%s: %q", tag, texts.Limits)
		}
		for code, sentence := range texts.Errors {
			if strings.Contains(sentence, "{") {
				t.Errorf("%s: the sentence for %s has a number left out: %q", tag, code, sentence)
			}
		}
	}
}
