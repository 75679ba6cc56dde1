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
)

func TestImagesHoldWhatTheyNeedAndNothingElse(t *testing.T) {
	tests := []struct {
		image    string
		megabyte int64 // unpacked
		files    string
	}{
		{frontendImage, 25, `^(usr/local/bin/(frontend|healthcheck)|etc/ssl/certs/ca-certificates\.crt|usr/share/(sbom/debian\.txt|doc/ca-certificates/copyright))$`},
		{modelserverImage, 520, `^(usr/local/bin/(modelserver|healthcheck)|usr/local/lib/libtensorflow_(cc|framework)\.so\.2|` +
			`lib64/ld-linux-x86-64\.so\.2|(usr/)?lib/x86_64-linux-gnu/lib[a-z+_]+\.so\.\d+|mlruns/.*|` +
			`usr/share/(sbom/(debian|python)\.txt|doc/lib[a-z0-9+-]+/copyright))$`},
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
				t.Errorf("it runs as %q", config.User)
			}
			if len(config.Entrypoint) != 1 || len(config.Healthcheck.Test) != 3 || config.Healthcheck.Test[0] != "CMD" {
				t.Errorf("a shell would start %q and check %q", config.Entrypoint, config.Healthcheck.Test)
			}
			for _, label := range []string{"title", "description", "version", "revision"} {
				if config.Labels["org.opencontainers.image."+label] == "" {
					t.Errorf("it has no label %s", label)
				}
			}
			origin := "revision " + config.Labels["org.opencontainers.image.revision"] + ", go"
			if says := mustDocker(t, "run", "--rm", image, "-version"); config.Labels["org.opencontainers.image.version"] != tag() ||
				!strings.HasPrefix(says, path.Base(test.image)+" "+tag()+" ("+origin) {
				t.Errorf("its program says %q, its labels %v", says, config.Labels)
			}
			if test.image == modelserverImage && !slices.Contains(config.Env, "TF_CPP_MIN_LOG_LEVEL=1") {
				t.Errorf("TensorFlow would chatter: %v", config.Env)
			}
			if inspected[0].Size > test.megabyte*1e6 {
				t.Errorf("it has %d MB, more than %d", inspected[0].Size/1e6, test.megabyte)
			}
			known := regexp.MustCompile(test.files)
			for _, file := range mustList(t, image) {
				name := path.Clean(file.Name)
				switch {
				case file.Typeflag == tar.TypeReg && !known.MatchString(name):
					t.Errorf("what is %s for?", name)
				case file.Mode&0o6000 != 0:
					t.Errorf("%s runs with another's rights", name)
				case file.Mode&0o022 != 0 && file.Typeflag != tar.TypeSymlink, file.Uid != 0:
					t.Errorf("%s could be changed by whoever the container runs as", name)
				}
			}
		})
	}
}

// docker puts these into every container.
var byDocker = regexp.MustCompile(`^(\.dockerenv|dev(/.*)?|proc|sys|etc/(hostname|hosts|mtab|resolv\.conf))/?$`)

// mustList lists what an image holds.
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
	if _, err := io.Copy(io.Discard, output); err != nil { // what pads the archive
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Fatal(err)
	}
	return files
}
