package i18n

import (
	"reflect"
	"regexp"
	"testing"
)

func TestFrenchNeverBreaksBeforeItsSigns(t *testing.T) {
	const nbsp, thin = "\u00a0", "\u202f"
	// French has a no-break space before a colon and inside guillemets, and a narrow one before ; ? and !. A colon that
	// is part of a word has none.
	wrong := regexp.MustCompile(`[^` + nbsp + `]:( |$)|[^` + thin + `][;?!]|«[^` + nbsp + `]|[^` + nbsp + `]»|[\d}] (%|Mo|bits|pixels)|'`)
	french := load(t)[French]
	check := func(name, text string) {
		t.Helper()
		if found := wrong.FindString(text); found != "" {
			t.Errorf("%s: %q in %q", name, found, text)
		}
	}
	fields := reflect.ValueOf(*french)
	for i := range fields.NumField() {
		name := fields.Type().Field(i).Name
		switch value := fields.Field(i).Interface().(type) {
		case string:
			check(name, value)
		case map[string]string:
			for key, text := range value {
				check(name+" "+key, text)
			}
		}
	}
}

func TestACardIsTypesetToo(t *testing.T) {
	const written = "d'un cliché : « 8 bits » ; vu ? 224 × 224 pixels"
	if got, want := French.Typeset(written), "d’un cliché\u00a0: «\u00a08\u00a0bits\u00a0»\u202f; vu\u202f? 224\u00a0×\u00a0224\u00a0pixels"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := English.Typeset("'95 %' : so"), "'95\u00a0%' : so"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
