// Package docker tests the files of this folder and, with the build tag integration,
// the containers.
package docker

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnvExampleShowsEveryVariableOfComposeWithItsDefault(t *testing.T) {
	used := map[string]string{}
	for _, match := range regexp.MustCompile(`\$\{([A-Z_]+):-([^}]*)\}`).FindAllStringSubmatch(mustRead(t, "../compose.yaml"), -1) {
		name, value := match[1], match[2]
		if before, seen := used[name]; seen && before != value {
			t.Errorf("compose.yaml gives %s two defaults, %q and %q", name, before, value)
		}
		used[name] = value
	}
	shown := map[string]string{}
	for _, match := range regexp.MustCompile(`(?m)^([A-Z_]+)=(.*)$`).FindAllStringSubmatch(mustRead(t, "../.env.example"), -1) {
		shown[match[1]] = match[2]
	}
	if diff := cmp.Diff(used, shown); diff != "" {
		t.Errorf("variables with their defaults (-compose.yaml +.env.example):\n%s", diff)
	}
}

func TestNGINXGetsEveryValueOfItsTemplate(t *testing.T) {
	sources := map[string]string{
		"compose.yaml":         mustRead(t, "../compose.yaml"),
		"Ansible's role nginx": mustRead(t, "../ansible/roles/nginx/defaults/main.yml"),
	}
	template := regexp.MustCompile(`(?m)^\s*#.*$`).ReplaceAllString(mustRead(t, "nginx/pneumoscope.conf.template"), "")
	names := regexp.MustCompile(`\$\{([A-Z_]+)\}`).FindAllStringSubmatch(template, -1)
	if len(names) == 0 {
		t.Fatal("the template has no values")
	}
	for _, name := range names {
		for source, text := range sources {
			if !regexp.MustCompile(`(?m)^ +` + name[1] + `: `).MatchString(text) {
				t.Errorf("%s does not set the template's %s", source, name[1])
			}
		}
	}
}

// compose.yaml sets the versions of third-party images; every other file that names one must agree.
func TestEveryFileNamesTheImageVersionsOfCompose(t *testing.T) {
	wanted := map[string]string{}
	for _, match := range regexp.MustCompile(`image: ([a-z/]+):\$\{[A-Z]+_TAG:-([^}]+)\}`).FindAllStringSubmatch(mustRead(t, "../compose.yaml"), -1) {
		wanted[match[1]] = match[2]
	}
	if len(wanted) != 3 {
		t.Fatalf("compose.yaml has the third-party images %v, want three", wanted)
	}
	for _, path := range []string{"../Makefile", "../mk/images.mk", "../ansible/roles/prometheus/defaults/main.yml", "../docs/containers.md", "../README.md"} {
		text := mustRead(t, path)
		for image, version := range wanted {
			for _, match := range regexp.MustCompile(regexp.QuoteMeta(image)+`:([v0-9][a-z0-9.-]*)`).FindAllStringSubmatch(text, -1) {
				if match[1] != version {
					t.Errorf("%s names %s, but compose.yaml has version %s", path, match[0], version)
				}
			}
		}
	}
}

// When NGINX answers in place of the frontend, it must use the frontend's sentences.
func TestNGINXUsesThePagesSentences(t *testing.T) {
	template := mustRead(t, "nginx/pneumoscope.conf.template")
	for _, language := range []string{"en", "fr"} {
		var texts struct {
			Notice string            `json:"notice_in_full"`
			Errors map[string]string `json:"errors"`
		}
		if err := json.Unmarshal([]byte(mustRead(t, "../frontend/internal/web/i18n/"+language+".json")), &texts); err != nil {
			t.Fatal(err)
		}
		for name, sentence := range map[string]string{"the notice": texts.Notice, "too_many_at_once": texts.Errors["too_many_at_once"]} {
			if sentence == "" {
				t.Errorf("%s.json has no sentence for %s", language, name)
			}
			if !strings.Contains(template, `"`+sentence+`"`) {
				t.Errorf("NGINX's %s is not the one of %s.json, %q", name, language, sentence)
			}
		}
	}
}

func mustRead(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
