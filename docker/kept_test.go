//go:build integration

package docker

import (
	"bytes"
	"fmt"
	"io/fs"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/testcontainers/testcontainers-go"
)

// keepsNothing uploads films whose every part is marked, one that is judged and
// one that is refused, and looks for the marks in all that the containers have
// logged and written.
func (s *stack) keepsNothing(t *testing.T) {
	const mark, address = "Jane-Doe-1980-Marked", "203.0.113.199"
	film := mustDraw(t, s.address)
	for _, upload := range [][]byte{append(bytes.Clone(film), mark...), []byte("a letter about " + mark)} {
		var body bytes.Buffer
		writer := multipart.NewWriter(&body)
		part, err := writer.CreateFormFile("film", mark+".png")
		if err != nil {
			t.Fatal(err)
		}
		part.Write(upload)
		writer.Close()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.address+"/predict?name="+mark, &body)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", writer.FormDataContentType())
		request.Header.Set("Accept", "application/json")
		request.Header.Set("User-Agent", mark)
		request.Header.Set("X-Forwarded-For", address)
		if a, err := do(request); err != nil || len(a.Films) != 1 {
			t.Fatalf("the answer is %v, %v", a, err)
		}
	}
	for _, c := range append([]testcontainers.Container{s.frontend, s.nginx}, s.models...) {
		id := c.GetContainerID()
		found := func(where, text string) {
			if strings.Contains(text, mark) || strings.Contains(text, address) {
				t.Errorf("%s of %s has a mark of the upload", where, mustDocker(t, "inspect", "--format", "{{.Config.Image}}", id))
			}
		}
		found("the log", mustDocker(t, "logs", id))
		// Its folders in memory, which the engine does not show.
		root := fmt.Sprintf("/proc/%s/root", mustDocker(t, "inspect", "--format", "{{.State.Pid}}", id))
		for _, dir := range []string{"tmp", "run", "var/cache", "dev/shm", "etc/nginx"} {
			_ = filepath.WalkDir(filepath.Join(root, dir), func(path string, entry fs.DirEntry, err error) error {
				if err != nil || !entry.Type().IsRegular() {
					return nil // a folder that this container has not
				}
				text, err := os.ReadFile(path)
				if err != nil {
					t.Errorf("cannot be read: %v", err)
				}
				found(path, string(text))
				return nil
			})
		}
	}
}
