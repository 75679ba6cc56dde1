//go:build e2e

package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// marks are parts of an upload that no disk, log or metric may contain.
var marks = map[string]string{
	"pixels":           "Pixels-Of-Jane-Doe-7f3a",
	"a patient's name": "Doe^Jane^Marked",
	"a file's name":    "Jane-Doe-1980-Marked",
	"another field":    "Field-Of-Jane-Doe-2b9c",
	"a header":         "Agent-Of-Jane-Doe-5d1e",
	"a query":          "Query-Of-Jane-Doe-8c4f",
	"a path":           "Path-Of-Jane-Doe-3e6b",
	"an IPv4 address":  "203.0.113.199",
	"an IPv6 address":  "2001:db8:dead:beef",
}

// Nothing of an upload is kept: not of a judged or refused film, not of a broken
// upload, not by a process that is killed during an upload. The test searches
// everything that the running services have written or hold open.
func TestNothingOfAnUploadIsKept(t *testing.T) {
	since := time.Now().Add(-time.Second) // file systems record times less precisely
	scratch := t.TempDir()
	env := []string{"TMPDIR=" + scratch, "HOME=" + scratch, "XDG_CACHE_HOME=" + scratch}
	modelserver := start(t, "modelserver", append(env, "MODELSERVER_LOG_LEVEL=debug")...)
	settings := append(env, "FRONTEND_LOG_LEVEL=debug", "FRONTEND_MLFLOW_ADDRESS="+modelserver.URL,
		"FRONTEND_TRUSTED_PROXIES=127.0.0.1", "FRONTEND_UPLOADS_PER_MINUTE=3", "FRONTEND_REQUESTS_PER_MINUTE=100")
	frontend, crashed := start(t, "frontend", settings...), start(t, "frontend", settings...)
	searchAll := func(when string, services ...*process) {
		t.Helper()
		for _, finding := range search(t, since, scratch, services) {
			t.Errorf("%s: %s", when, finding)
		}
	}

	film := markedFilm(t, "CR")
	tests := []struct {
		name   string
		film   []byte
		status int
	}{
		{"a film that is judged", film, http.StatusOK},
		{"a film of another modality", markedFilm(t, "MR"), http.StatusUnprocessableEntity},
		{"half a film, followed by zeros", append(bytes.Clone(film[:len(film)/2]), make([]byte, 8<<20)...), http.StatusUnprocessableEntity},
		{"one film too many for its address", film, http.StatusTooManyRequests},
	}
	for _, test := range tests {
		body, contentType := markedForm(test.film)
		if status, _ := postMarked(t, frontend.URL+"/predict?lang="+marks["a query"], contentType, bytes.NewReader(body)); status != test.status {
			t.Errorf("%s: the status is %d; want %d", test.name, status, test.status)
		}
		searchAll("after "+test.name, frontend, modelserver)
	}
	if status, _ := postMarked(t, frontend.URL+"/"+marks["a path"], "text/plain", strings.NewReader("")); status != http.StatusNotFound {
		t.Errorf("another path is %d; want 404", status)
	}

	// The next uploads come from another address, because the first one has used up its
	// allowance.
	begin := func(p *process) io.Closer {
		body, contentType := markedForm(film)
		return beginUpload(t, p.URL, contentType, body[:len(body)/2], "User-Agent", marks["a header"], "X-Forwarded-For", marks["an IPv6 address"]+"::1")
	}
	arrived := func(p *process) func() bool {
		return func() bool { return metric(t, p, "pneumoscope_frontend_requests_in_flight") > 0 }
	}
	broken := begin(frontend)
	eventually(t, "the upload arrives", arrived(frontend))
	searchAll("while an upload arrives", frontend, modelserver)
	broken.Close()
	eventually(t, "the broken upload ends", func() bool { return !arrived(frontend)() })
	searchAll("after a broken upload", frontend, modelserver)

	begin(crashed)
	eventually(t, "the upload arrives", arrived(crashed))
	if err := crashed.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-crashed.ended
	searchAll("after a process was killed during an upload", frontend, modelserver)
	for name, mark := range marks {
		if strings.Contains(crashed.log.String(), mark) {
			t.Errorf("the killed process logged %s", name)
		}
	}
	left, err := os.ReadDir(scratch)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) > 0 {
		t.Errorf("the services left files behind: %v", left)
	}
}

// The search must find a mark in a log, in a file, and in an open file that was
// removed. Otherwise finding nothing would prove nothing.
func TestTheSearchForMarksFindsThem(t *testing.T) {
	since, scratch := time.Now().Add(-time.Second), t.TempDir()
	p := start(t, "modelserver")
	p.log.add("a line with " + marks["an IPv4 address"])
	path := filepath.Join(scratch, "kept")
	if err := os.WriteFile(path, []byte("x"+base64.StdEncoding.EncodeToString([]byte("y"+marks["pixels"]+"z"))), 0o600); err != nil {
		t.Fatal(err)
	}
	open, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	findings := strings.Join(search(t, since, scratch, []*process{p}), "\n")
	for _, want := range []string{"a log has an IPv4 address", "kept has pixels"} {
		if !strings.Contains(findings, want) {
			t.Errorf("the search does not find %q, but %q", want, findings)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if found := strings.Join(searchOpen(t, os.Getpid()), "\n"); !strings.Contains(found, "has pixels") {
		t.Errorf("the search of open files does not find pixels, but %q", found)
	}
}

// search looks for the marks in files that were written since, in open files, in logs
// and in metrics.
func search(t *testing.T, since time.Time, scratch string, services []*process) (findings []string) {
	t.Helper()
	for _, dir := range []string{scratch, "/dev/shm", "/var/tmp", "/tmp", root} {
		findings = append(findings, searchFiles(dir, since)...)
	}
	for _, p := range services {
		findings = append(findings, searchOpen(t, p.cmd.Process.Pid)...)
		findings = append(findings, found("a log", []byte(p.log.String()))...)
		response, err := http.Get(p.AdminURL + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		findings = append(findings, found("a metric", text)...)
	}
	return findings
}

// searchFiles reads the files below dir that were changed after since. A file that
// cannot be read was removed in the meantime, or does not belong to a service.
func searchFiles(dir string, since time.Time) (findings []string) {
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil
		}
		if strings.HasSuffix(path, ".test") || strings.HasSuffix(path, ".go") || strings.Contains(path, "go-build") { // contains this test's source
			return nil
		}
		info, err := entry.Info()
		if err != nil || info.ModTime().Before(since) {
			return nil
		}
		if text, err := os.ReadFile(path); err == nil {
			findings = append(findings, found(path, text)...)
		}
		return nil
	})
	return findings
}

// searchOpen reads every file that a process has open, including removed ones.
func searchOpen(t *testing.T, pid int) (findings []string) {
	t.Helper()
	descriptors, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil {
		t.Fatal(err)
	}
	if len(descriptors) == 0 {
		t.Fatalf("the open files of process %d cannot be listed", pid)
	}
	for _, descriptor := range descriptors {
		info, err := os.Stat(descriptor) // of the file that it refers to
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		target, _ := os.Readlink(descriptor)
		if text, err := os.ReadFile(descriptor); err == nil && !strings.HasSuffix(target, ".test") {
			findings = append(findings, found(target, text)...)
		}
	}
	return findings
}

// found lists the marks in a text, in plain text, base64 or hexadecimal.
func found(where string, text []byte) (findings []string) {
	for name, mark := range marks {
		forms := [][]byte{[]byte(mark), []byte(hex.EncodeToString([]byte(mark)))}
		for shift := range 3 { // base64 encodes three bytes in four letters, and the mark may begin at any of the three
			encoded := base64.StdEncoding.EncodeToString(append(make([]byte, shift), mark...))
			forms = append(forms, []byte(encoded[4*((shift+2)/3):len(encoded)/4*4-4]))
		}
		for _, form := range forms {
			if bytes.Contains(text, form) {
				findings = append(findings, where+" has "+name)
				break
			}
		}
	}
	return findings
}

// postMarked sends a body with marks in its headers.
func postMarked(t *testing.T, url, contentType string, body io.Reader) (status int, text string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, url, body)
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range []string{"User-Agent", "Referer", "Cookie", "X-Patient"} {
		request.Header.Set(header, marks["a header"])
	}
	request.Header.Set("X-Forwarded-For", marks["an IPv4 address"])
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Accept", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}
