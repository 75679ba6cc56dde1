//go:build integration

package docker

import (
	"bytes"
	"errors"
	"io/fs"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/testcontainers/testcontainers-go"
)

// keepsNothing uploads two films with marks in every part, one that is scored and
// one that is refused. It then searches the containers' logs and files for the marks.
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
		a, err := do(request)
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Films) != 1 {
			t.Fatalf("the answer has %d films, want 1: %v", len(a.Films), a)
		}
	}
	for _, c := range append([]testcontainers.Container{s.frontend, s.nginx}, s.models...) {
		id := c.GetContainerID()
		name := mustDocker(t, "inspect", "--format", "{{.Config.Image}}", id)
		log := mustDocker(t, "logs", id)
		for _, marked := range []string{mark, address} {
			if strings.Contains(log, marked) {
				t.Errorf("the log of %s has the upload's mark %s", name, marked)
			}
		}
		process := "/proc/" + mustDocker(t, "inspect", "--format", "{{.State.Pid}}", id)
		folders := mustFindWritable(t, process)
		if len(folders) == 0 {
			t.Fatalf("the search finds no writable folder in %s, not even /dev/shm", name)
		}
		for _, folder := range folders {
			planted := filepath.Join(folder, "planted")
			if err := os.WriteFile(planted, []byte("kept: "+mark), 0o600); err != nil {
				t.Fatal(err)
			}
			found, err := search(folder, mark, address)
			if err := errors.Join(err, os.Remove(planted)); err != nil {
				t.Errorf("%s was not searched: %v", name, err)
			}
			if diff := cmp.Diff([]string{planted}, found); diff != "" {
				t.Errorf("files of %s with the upload's marks, besides the one that the test planted (-want +got):\n%s", name, diff)
			}
		}
	}
}

// mustFindWritable reads a container's writable mounts from the kernel. Most of them
// are in memory, and the engine does not list those.
func mustFindWritable(t *testing.T, process string) []string {
	t.Helper()
	mounts, err := os.ReadFile(process + "/mounts")
	if err != nil {
		t.Fatal(err)
	}
	var folders []string
	for line := range strings.Lines(string(mounts)) {
		fields := strings.Fields(line) // device, folder, type, options
		folder := filepath.Join(process, "root", fields[1])
		about, err := os.Stat(folder)
		if err != nil {
			t.Fatalf("only root can read a container's files: %v", err)
		}
		kernels := slices.Contains([]string{"devpts", "mqueue"}, fields[2]) || regexp.MustCompile(`^/(proc|sys)(/|$)`).MatchString(fields[1])
		if about.IsDir() && !kernels && slices.Contains(strings.Split(fields[3], ","), "rw") {
			folders = append(folders, folder)
		}
	}
	return folders
}

// search lists the files below a folder that contain one of the marks. A file that it
// cannot read is an error, because it may contain a mark.
func search(folder string, marks ...string) (found []string, err error) {
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if slices.ContainsFunc(marks, func(mark string) bool { return bytes.Contains(text, []byte(mark)) }) {
			found = append(found, path)
		}
		return err
	})
	return found, err
}
