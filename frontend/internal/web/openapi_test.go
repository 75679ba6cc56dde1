package web

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pneumoscope/frontend/api"
	"pneumoscope/frontend/internal/xray"
)

// apiDocument is the part of openapi.json that this test reads.
type apiDocument struct {
	Paths map[string]map[string]struct {
		Responses map[string]struct {
			Headers map[string]any
			Content map[string]struct {
				Schema  apiSchema
				Example json.RawMessage
			}
		}
	}
	Components struct{ Schemas map[string]apiSchema }
}

type apiSchema struct {
	Required   []string
	Properties map[string]json.RawMessage
	Enum       []Code
}

func mustReadDocument(t *testing.T, text string) (document apiDocument) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		t.Fatal(err)
	}
	return document
}

func TestTheDocumentNamesEveryRouteAndNoOther(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	r := s.get(t, "/openapi.json")
	wantStatus(t, "the document", r, 200)
	wantHeader(t, "the document", r, "Content-Type", "application/json")
	var documented, served []string
	for path, methods := range mustReadDocument(t, r.Body).Paths {
		for method := range methods {
			documented = append(documented, strings.ToUpper(method)+" "+path)
		}
	}
	parameter := regexp.MustCompile(`:(\w+)`)
	for _, route := range s.app.GetRoutes(true) {
		if route.Method == "HEAD" || route.Path == "/panic" || strings.HasPrefix(route.Path, "/static/") { // the tests' own route, and the page's files
			continue
		}
		served = append(served, route.Method+" "+parameter.ReplaceAllString(route.Path, "{$1}"))
	}
	slices.Sort(documented)
	slices.Sort(served)
	if !slices.Equal(documented, served) {
		t.Errorf("it names %q\nserved are %q", documented, served)
	}
}

// The lists here repeat which route answers which code. They leave out the codes that only POST /predict answers.
func TestTheDocumentNamesEveryCodeWithItsStatus(t *testing.T) {
	document := mustReadDocument(t, string(newOpenAPI()))
	if got := document.Components.Schemas["Code"].Enum; !slices.Equal(got, Codes()) {
		t.Errorf("it lists the codes %v\nthere are %v", got, Codes())
	}
	everywhere := []Code{CodeBadRequest, CodeHeadersTooLarge, CodeInternal, CodeRateLimited, CodeTooManyAtOnce}
	elsewhere := map[string][]Code{
		"/model":           {CodeNoModelCard, CodeModelUnavailable, CodeModelTimeout, CodeModelError},
		"/phantom.png":     {CodeBadOpacity},
		"/problems/{code}": {CodeNotFound},
	}
	for path, methods := range document.Paths {
		for method, operation := range methods {
			var listed []Code
			for status, response := range operation.Responses {
				problem, ok := response.Content[api.ProblemType]
				if !ok {
					continue
				}
				var codes struct{ Enum []Code }
				if err := json.Unmarshal(problem.Schema.Properties["code"], &codes); err != nil {
					t.Fatal(err)
				}
				again := false
				for _, code := range codes.Enum {
					if strconv.Itoa(statusOf(code)) != status {
						t.Errorf("%s %s: %s is listed under %s, and has status %d", method, path, code, status, statusOf(code))
					}
					again = again || worthRetrying(code)
				}
				if _, said := response.Headers["Retry-After"]; said != again {
					t.Errorf("%s %s: %s says Retry-After: %t", method, path, status, said)
				}
				listed = append(listed, codes.Enum...)
			}
			want := slices.Concat(everywhere, elsewhere[path])
			if path == predictPath {
				want = slices.DeleteFunc(Codes(), func(code Code) bool {
					// These codes belong to other addresses, or to none.
					return slices.Contains([]Code{CodeBadOpacity, CodeNotFound, CodeNoModelCard, CodeMethodNotAllowed}, code)
				})
			}
			slices.Sort(listed)
			slices.Sort(want)
			if !slices.Equal(listed, want) {
				t.Errorf("%s %s: it lists %v\nwant %v", method, path, listed, want)
			}
		}
	}
}

func TestTheDocumentNamesEveryCaveat(t *testing.T) {
	var want []Code
	for _, caveat := range xray.Caveats() {
		want = append(want, Code(caveat))
	}
	if got := mustReadDocument(t, string(newOpenAPI())).Components.Schemas["Caveat"].Enum; !slices.Equal(got, want) {
		t.Errorf("it lists %v, there are %v", got, want)
	}
}

func TestTheDocumentsSchemasAreTheProgramsTypes(t *testing.T) {
	schemas := mustReadDocument(t, string(newOpenAPI())).Components.Schemas
	for name, value := range map[string]any{
		"Problem": api.Problem{}, "Reason": api.Reason{}, "Film": api.Film{}, "Prediction": api.Prediction{}, "ModelID": api.Model{},
	} {
		var members, required []string
		for field := range reflect.TypeOf(value).Fields() {
			member, option, _ := strings.Cut(field.Tag.Get("json"), ",")
			members = append(members, member)
			if option != "omitempty" {
				required = append(required, member)
			}
		}
		slices.Sort(members)
		slices.Sort(required)
		if got := slices.Sorted(maps.Keys(schemas[name].Properties)); !slices.Equal(got, members) {
			t.Errorf("%s has the members %q, the program writes %q", name, got, members)
		}
		if got := slices.Sorted(slices.Values(schemas[name].Required)); !slices.Equal(got, required) {
			t.Errorf("%s requires %q, the program always writes %q", name, got, required)
		}
	}
}

func TestTheDocumentsExamplesAreWhatTheProgramWrites(t *testing.T) {
	var shown int
	for path, methods := range mustReadDocument(t, string(newOpenAPI())).Paths {
		for _, operation := range methods {
			for status, response := range operation.Responses {
				for kind, content := range response.Content {
					var target any
					switch {
					case kind == api.ProblemType:
						target = &api.Problem{}
					case kind == "application/json" && path == predictPath:
						target = &api.Prediction{}
					case kind == "application/json" && path == modelPath:
						target = &api.ModelCard{}
					default:
						continue
					}
					shown++
					decoder := json.NewDecoder(bytes.NewReader(content.Example))
					decoder.DisallowUnknownFields()
					if err := decoder.Decode(target); err != nil {
						t.Errorf("%s, %s: the example does not fit the answer's type: %v", path, status, err)
						continue
					}
					if problem, ok := target.(*api.Problem); ok {
						what := path + ", " + status + ": the example's "
						wantEqual(t, what+"type", problem.Type, problemsPath+problem.Code)
						wantEqual(t, what+"status", strconv.Itoa(problem.Status), status)
						wantEqual(t, what+"status, by its code", problem.Status, statusOf(Code(problem.Code)))
					}
				}
			}
		}
	}
	if shown < 20 {
		t.Errorf("there are only %d examples", shown)
	}
}
