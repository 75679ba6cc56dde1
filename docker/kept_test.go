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
		name := mustDocker(t, "inspect", "--format", "{{.Config.Image}}", id)
		if log := mustDocker(t, "logs", id); strings.Contains(log, mark) || strings.Contains(log, address) {
			t.Errorf("the log of %s has a mark of the upload", name)
		}
		process := "/proc/" + mustDocker(t, "inspect", "--format", "{{.State.Pid}}", id)
		folders := mustFindWritable(t, process)
		if len(folders) == 0 {
			t.Fatalf("%s can write nowhere, not even into /dev/shm: the search has found no folder", name)
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
			if !slices.Equal(found, []string{planted}) {
				t.Errorf("the marks of the upload are in %v of %s, want in %s alone, which was put there to be found", found, name, planted)
			}
		}
	}
}

// mustFindWritable lists the folders of a container that are not read-only, as
// the kernel has them mounted: most are in memory, which the engine does not show.
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
			t.Fatalf("only root can look into a container: %v", err)
		}
		kernels := slices.Contains([]string{"devpts", "mqueue"}, fields[2]) || regexp.MustCompile(`^/(proc|sys)(/|$)`).MatchString(fields[1])
		if about.IsDir() && !kernels && slices.Contains(strings.Split(fields[3], ","), "rw") {
			folders = append(folders, folder)
		}
	}
	return folders
}

// search lists the files below a folder that have one of the marks. A file that
// it cannot read is an error, for it may have one.
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
