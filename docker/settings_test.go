// Package docker tests the containers: with the build tag integration as they
// run, without it what their files say.
package docker

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"
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
	if !maps.Equal(used, shown) {
		t.Errorf("compose.yaml uses %v\n.env.example shows %v", used, shown)
	}
}

func TestNGINXGetsEveryValueThatItsTemplateAsksFor(t *testing.T) {
	givers := map[string]string{
		"compose.yaml":         mustRead(t, "../compose.yaml"),
		"Ansible's role nginx": mustRead(t, "../ansible/roles/nginx/defaults/main.yml"),
	}
	template := regexp.MustCompile(`(?m)^\s*#.*$`).ReplaceAllString(mustRead(t, "nginx/pneumoscope.conf.template"), "")
	names := regexp.MustCompile(`\$\{([A-Z_]+)\}`).FindAllStringSubmatch(template, -1)
	if len(names) == 0 {
		t.Fatal("the template asks for nothing")
	}
	for _, name := range names {
		for giver, text := range givers {
			if !regexp.MustCompile(`(?m)^ +` + name[1] + `: `).MatchString(text) {
				t.Errorf("the template asks for %s, which %s does not give", name[1], giver)
			}
		}
	}
}

// Versions of other people's images are told in compose.yaml; .env.example shows
// them, and what else names one says the same.
func TestNothingNamesAnotherVersionOfAnImageThanCompose(t *testing.T) {
	wanted := map[string]string{}
	for _, match := range regexp.MustCompile(`image: ([a-z/]+):\$\{[A-Z]+_TAG:-([^}]+)\}`).FindAllStringSubmatch(mustRead(t, "../compose.yaml"), -1) {
		wanted[match[1]] = match[2]
	}
	if len(wanted) != 3 {
		t.Fatalf("compose.yaml takes the images %v, want three of other people", wanted)
	}
	for _, path := range []string{"../Makefile", "../mk/images.mk", "../ansible/roles/prometheus/defaults/main.yml", "../docs/containers.md", "../README.md"} {
		text := mustRead(t, path)
		for image, version := range wanted {
			for _, match := range regexp.MustCompile(regexp.QuoteMeta(image)+`:([v0-9][a-z0-9.-]*)`).FindAllStringSubmatch(text, -1) {
				if match[1] != version {
					t.Errorf("%s names %s, compose.yaml %s of %s", path, match[0], version, image)
				}
			}
		}
	}
}

// NGINX speaks when the frontend cannot, and in its words.
func TestNGINXWarnsAsThePageDoes(t *testing.T) {
	template := mustRead(t, "nginx/pneumoscope.conf.template")
	for _, language := range []string{"en", "fr"} {
		var texts struct {
			Notice string `json:"notice_in_full"`
		}
		if err := json.Unmarshal([]byte(mustRead(t, "../frontend/internal/web/i18n/"+language+".json")), &texts); err != nil {
			t.Fatal(err)
		}
		if texts.Notice == "" || !strings.Contains(template, `"`+texts.Notice+`"`) {
			t.Errorf("NGINX does not say %q", texts.Notice)
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
