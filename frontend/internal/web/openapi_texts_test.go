package web

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/frontend/api"
	"pneumoscope/frontend/internal/web/i18n"
)

// The examples of openapi.json quote the English catalogue.
func TestTheDocumentsExamplesQuoteTheCatalogue(t *testing.T) {
	catalogues, err := i18n.Load(i18n.Limits{MaxFilms: 20, MaxBytes: 32 << 20, MaxPixels: 64_000_000, MinSide: 64}) // the defaults
	if err != nil {
		t.Fatal(err)
	}
	texts := catalogues[i18n.English]
	type quoted struct{ Title, Detail, Notice string }
	for path, methods := range mustReadDocument(t, string(newOpenAPI())).Paths {
		for _, operation := range methods {
			for status, response := range operation.Responses {
				content, ok := response.Content[api.ProblemType]
				if !ok {
					continue
				}
				var example struct {
					quoted
					Status int
					Code   string
				}
				if err := json.Unmarshal(content.Example, &example); err != nil {
					t.Fatal(err)
				}
				want := quoted{texts.Problems[strconv.Itoa(example.Status)], texts.Errors[example.Code], texts.NoticeInFull}
				if diff := cmp.Diff(want, example.quoted); diff != "" {
					t.Errorf("%s, %s: the example differs from the catalogue (-want +got):\n%s", path, status, diff)
				}
			}
		}
	}
}
