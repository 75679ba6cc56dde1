//go:build integration

package docker

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestImagesHoldWhatTheyNeedAndNothingElse(t *testing.T) {
	const notices = `usr/share/doc/pneumoscope/(LICENSE|NOTICE|THIRD_PARTY_NOTICES\.md(\.gz)?)`
	tests := []struct {
		image        string
		maxMegabytes int64 // unpacked
		files        string
	}{
		{frontendImage, 25, `^(usr/local/bin/(frontend|healthcheck)|etc/ssl/certs/ca-certificates\.crt|usr/share/(sbom/debian\.txt|doc/ca-certificates/copyright)|` +
			notices + `)$`},
		{modelserverImage, 520, `^(usr/local/bin/(modelserver|healthcheck)|usr/local/lib/libtensorflow_(cc|framework)\.so\.2|` +
			`lib64/ld-linux-x86-64\.so\.2|(usr/)?lib/x86_64-linux-gnu/lib[a-z+_]+\.so\.\d+|mlruns/.*|` +
			`usr/share/(sbom/(debian|python)\.txt|doc/(lib[a-z0-9+-]+|gcc-\d+-base)/copyright(\.gz)?|doc/tensorflow/THIRD_PARTY_NOTICES\.txt\.gz)|` + notices + `)$`},
	}
	for _, test := range tests {
		t.Run(test.image, func(t *testing.T) {
			image := test.image + ":" + tag()
			var inspected []struct {
				Size   int64
				Config struct {
					User        string
					Entrypoint  []string
					Env         []string
					Labels      map[string]string
					Healthcheck struct{ Test []string }
				}
			}
			if err := json.Unmarshal([]byte(mustDocker(t, "image", "inspect", image)), &inspected); err != nil {
				t.Fatal(err)
			}
			config := inspected[0].Config
			if config.User != "10001:10001" {
				t.Errorf("the user is %q, want 10001:10001", config.User)
			}
			program := "/usr/local/bin/" + path.Base(test.image)
			if diff := cmp.Diff([]string{program}, config.Entrypoint); diff != "" {
				t.Errorf("the entry point would need a shell (-want +got):\n%s", diff)
			}
			if check := config.Healthcheck.Test; len(check) != 3 || check[0] != "CMD" {
				t.Errorf("the health check would need a shell: %q", check)
			}
			label := func(name string) string { return config.Labels["org.opencontainers.image."+name] }
			for _, name := range []string{"title", "description", "version", "revision", "licenses"} {
				if label(name) == "" {
					t.Errorf("the label %s is missing", name)
				}
			}
			if label("version") != tag() {
				t.Errorf("the label version is %q, want %q", label("version"), tag())
			}
			if label("licenses") != "Apache-2.0" {
				t.Errorf("the label licenses is %q, want Apache-2.0", label("licenses"))
			}
			want := path.Base(test.image) + " " + tag() + " (revision " + label("revision") + ", go"
			if got := mustDocker(t, "run", "--rm", image, "-version"); !strings.HasPrefix(got, want) {
				t.Errorf("-version prints %q, want it to start with %q", got, want)
			}
			if test.image == modelserverImage && !slices.Contains(config.Env, "TF_CPP_MIN_LOG_LEVEL=1") {
				t.Errorf("TensorFlow would log too much: %v", config.Env)
			}
			if inspected[0].Size > test.maxMegabytes*1e6 {
				t.Errorf("the image has %d MB, want at most %d", inspected[0].Size/1e6, test.maxMegabytes)
			}
			expected, found := regexp.MustCompile(test.files), map[string]bool{}
			for _, file := range mustList(t, image) {
				name := path.Clean(file.Name)
				found[name] = true
				if file.Typeflag == tar.TypeReg && !expected.MatchString(name) {
					t.Errorf("%s is not needed", name)
				}
				if file.Mode&0o6000 != 0 {
					t.Errorf("%s is setuid or setgid", name)
				}
				if file.Mode&0o022 != 0 && file.Typeflag != tar.TypeSymlink {
					t.Errorf("%s is writable by other users than root", name)
				}
				if file.Uid != 0 {
					t.Errorf("%s belongs to user %d, not to root", name, file.Uid)
				}
			}
			wanted := []string{"pneumoscope/LICENSE", "pneumoscope/NOTICE", "pneumoscope/THIRD_PARTY_NOTICES.md"}
			if test.image == modelserverImage {
				wanted = append(wanted, "tensorflow/THIRD_PARTY_NOTICES.txt")
			}
			for _, name := range wanted {
				if file := "usr/share/doc/" + name; !found[file] && !found[file+".gz"] {
					t.Errorf("%s is missing", file)
				}
			}
		})
	}
}

// byDocker matches the files that Docker puts into every container.
var byDocker = regexp.MustCompile(`^(\.dockerenv|dev(/.*)?|proc|sys|etc/(hostname|hosts|mtab|resolv\.conf))/?$`)

// mustList lists the files of an image.
func mustList(t *testing.T, image string) []tar.Header {
	t.Helper()
	id := mustDocker(t, "create", image)
	defer mustDocker(t, "rm", id)
	command := exec.Command("docker", "export", id)
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var files []tar.Header
	archive := tar.NewReader(output)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if !byDocker.MatchString(strings.TrimPrefix(header.Name, "./")) {
			files = append(files, *header)
		}
	}
	if _, err := io.Copy(io.Discard, output); err != nil { // the padding of the archive
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Fatal(err)
	}
	return files
}
