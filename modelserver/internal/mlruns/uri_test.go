package mlruns_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/modelserver/internal/mlruns"
)

const notAURI = "not a model URI: want a directory, file:///…, runs:/<run>/<path>, models:/<name>@<alias>, models:/<name>/<version>, models:/<name>/latest or models:/m-<id>"

func TestParseURIReadsEveryForm(t *testing.T) {
	const id = "m-0123456789abcdef0123456789abcdef"
	tests := []struct {
		text string
		want mlruns.URI
	}{
		{"model", mlruns.URI{Path: "model"}},
		{"/srv/model", mlruns.URI{Path: "/srv/model"}},
		{"./a:b/model", mlruns.URI{Path: "./a:b/model"}},
		{"../model", mlruns.URI{Path: "../model"}},
		{"file:///srv/a%20model", mlruns.URI{Path: "/srv/a model"}},
		{"file:/srv/model", mlruns.URI{Path: "/srv/model"}},
		{"file://localhost/srv/model", mlruns.URI{Path: "/srv/model"}},
		{"runs:/abc/model", mlruns.URI{RunID: "abc", ArtifactPath: "model"}},
		{"runs:///abc/models/best", mlruns.URI{RunID: "abc", ArtifactPath: "models/best"}},
		{"models:/" + id, mlruns.URI{ModelID: id}},
		{"models:///" + id, mlruns.URI{ModelID: id}},
		{"models:/pneumonia/3", mlruns.URI{Name: "pneumonia", Version: 3}},
		{"models:/pneumonia@champion", mlruns.URI{Name: "pneumonia", Alias: "champion"}},
		{"models:/pneumonia@latest", mlruns.URI{Name: "pneumonia", Latest: true}},
		{"models:/pneumonia/latest", mlruns.URI{Name: "pneumonia", Latest: true}},
		{"models:/pneumonia/LATEST", mlruns.URI{Name: "pneumonia", Latest: true}},
		{"models:/pneumonia/Production", mlruns.URI{Name: "pneumonia", Stage: "Production"}},
		{"models:/" + id + "/1", mlruns.URI{Name: id, Version: 1}}, // MLflow allows a name that looks like an id
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			got, err := mlruns.ParseURI(test.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("the URI differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseURIRefusesOtherTexts(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", notAURI},
		{"file:", notAURI},
		{"file:model", notAURI},
		{"file://host/srv/model", notAURI},
		{"file:///%zz", notAURI},
		{"runs:/", notAURI},
		{"runs:/abc", notAURI},
		{"runs:/abc/", notAURI},
		{"models:/", notAURI},
		{"models:/pneumonia", notAURI},
		{"models:/m-0123", notAURI},
		{"models:/pneumonia/", notAURI},
		{"models:/pneumonia/1/2", notAURI},
		{"models:/pneumonia@", notAURI},
		{"models:/@champion", notAURI},
		{"models:/a/b@champion", notAURI},
		{"s3://bucket/model", notAURI + `: the scheme "s3" is not supported`},
		{"mlflow-artifacts:/1/model", notAURI + `: the scheme "mlflow-artifacts" is not supported`},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			_, err := mlruns.ParseURI(test.text)
			wantError(t, err, mlruns.ErrURI, test.want)
		})
	}
}
