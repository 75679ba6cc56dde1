//go:build parity

package e2e

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Triton's own client, which uses the binary tensor data extension, gets the same
// numbers as clients of /invocations.
func TestTritonsClientGetsTheSameNumbers(t *testing.T) {
	var films [][]byte
	for _, film := range originals(t)[:4] {
		films = append(films, pixels(t, film.Copy))
	}
	modelserver := start(t, "modelserver")
	want := invocations(t, modelserver.URL, films)
	answers := askTriton(t, modelserver.URL, films)

	if !answers.Live {
		t.Error("the server is not live")
	}
	if !answers.Ready {
		t.Error("the server is not ready")
	}
	if diff := cmp.Diff([]string{"binary_tensor_data"}, answers.Extensions); diff != "" {
		t.Errorf("the extensions differ (-want +got):\n%s", diff)
	}
	metadata := `{"name":"pneumonia","versions":["` + describe(t, modelserver.URL).Version + `"],"platform":"tensorflow_savedmodel",` +
		`"inputs":[{"name":"image","datatype":"UINT8","shape":[-1,224,224,1]}],"outputs":[{"name":"output_0","datatype":"FP32","shape":[-1,1]}]}`
	if diff := cmp.Diff(metadata, compact(t, answers.Metadata)); diff != "" {
		t.Errorf("the model's metadata differ (-want +got):\n%s", diff)
	}
	answers.Probabilities["explained"] = answers.Explained
	if len(answers.Probabilities) != 5 {
		t.Fatalf("there are %d kinds of answers; want 5", len(answers.Probabilities))
	}
	worst := 0.0
	for kind, got := range answers.Probabilities {
		if len(got) != len(want) {
			t.Fatalf("%s: %d probabilities; want %d", kind, len(got), len(want))
		}
		for i := range got {
			worst = math.Max(worst, math.Abs(got[i]-want[i]))
		}
	}
	t.Logf("%d films through Triton's client in %d ways: largest difference to /invocations %.3g", len(films), len(answers.Probabilities), worst)
	if !(worst <= parityTolerance) {
		t.Errorf("the largest difference is %g; want at most %g", worst, parityTolerance)
	}
	if diff := cmp.Diff([]int{len(films), 14, 14}, answers.Map); diff != "" {
		t.Errorf("the activation map's shape differs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"404", "There is no such model: this server has pneumonia."}, answers.Refusal); diff != "" {
		t.Errorf("the error for an unknown model differs (-want +got):\n%s", diff)
	}
}

// tritonAnswers is what clients/triton.py prints.
type tritonAnswers struct {
	Live, Ready   bool
	Extensions    []string
	Metadata      json.RawMessage
	Probabilities map[string][]float64
	Explained     []float64
	Map           []int
	Refusal       []string
}

func askTriton(t *testing.T, url string, films [][]byte) tritonAnswers {
	t.Helper()
	python, err := filepath.Abs("clients/.venv/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(python); err != nil {
		t.Fatal("Triton's client is not installed: run `make parity`, which installs it")
	}
	file := filepath.Join(t.TempDir(), "films")
	if err := os.WriteFile(file, bytes.Join(films, nil), 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	command := exec.Command(python, "clients/triton.py", strings.TrimPrefix(url, "http://"), "pneumonia", file)
	command.Stderr = &log
	text, err := command.Output()
	if err != nil {
		t.Fatalf("Triton's client: %v\n%s", err, log.String())
	}
	var answers tritonAnswers
	if err := json.Unmarshal(text, &answers); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return answers
}

// invocations returns the probabilities of films from /invocations.
func invocations(t *testing.T, url string, films [][]byte) []float64 {
	t.Helper()
	body := []byte(`{"inputs": [`)
	for i, film := range films {
		for at, pixel := range film {
			switch {
			case at == 0 && i == 0:
				body = append(body, "[[["...)
			case at == 0:
				body = append(body, "]]],[[["...)
			case at%224 == 0:
				body = append(body, "]],[["...)
			default:
				body = append(body, "],["...)
			}
			body = strconv.AppendUint(body, uint64(pixel), 10)
		}
	}
	response, err := http.Post(url+"/invocations", "application/json", bytes.NewReader(append(body, "]]]]}"...)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct{ Predictions [][]float64 }
	if response.StatusCode != http.StatusOK {
		t.Fatalf("/invocations is %s; want 200", response.Status)
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	probabilities := make([]float64, len(answer.Predictions))
	for i, row := range answer.Predictions {
		probabilities[i] = row[0]
	}
	return probabilities
}

// pixels returns the pixels of a prepared film.
func pixels(t *testing.T, path string) []byte {
	t.Helper()
	film, err := jpeg.Decode(bytes.NewReader(read(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	if film.Bounds() != image.Rect(0, 0, 224, 224) {
		t.Fatalf("%s is %v", path, film.Bounds())
	}
	grey := make([]byte, 0, 224*224)
	for y := range 224 {
		for x := range 224 {
			grey = append(grey, color.GrayModel.Convert(film.At(x, y)).(color.Gray).Y)
		}
	}
	return grey
}

func compact(t *testing.T, text json.RawMessage) string {
	t.Helper()
	var short bytes.Buffer
	if err := json.Compact(&short, text); err != nil {
		t.Fatal(err)
	}
	return short.String()
}
