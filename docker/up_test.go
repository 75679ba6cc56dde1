package docker

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A version is built once; dev is built from the working tree each time. The test runs a
// recorder in place of docker, so that an existing dev image is not replaced.
func TestUpRebuildsOnlyDev(t *testing.T) {
	for version, builds := range map[string]bool{"dev": true, "v1": false} {
		t.Run(version, func(t *testing.T) {
			folder := t.TempDir()
			calls := filepath.Join(folder, "calls")
			const recorder = `#!/bin/sh
echo "$*" >>"$CALLS"
if [ "$*" = "compose config --images" ]; then printf 'nginx:1\npneumoscope/frontend:%s\npneumoscope/modelserver:%s\n' "$TAG" "$TAG"; fi
`
			if err := os.WriteFile(filepath.Join(folder, "docker"), []byte(recorder), 0o700); err != nil {
				t.Fatal(err)
			}
			up := exec.Command("./up")
			up.Env = append(os.Environ(), "PATH="+folder+":"+os.Getenv("PATH"), "CALLS="+calls, "TAG="+version)
			if output, err := up.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
			got := mustRead(t, calls)
			if !strings.Contains(got, "compose up --detach") {
				t.Errorf("compose up is not called:\n%s", got)
			}
			if strings.Contains(got, "--build") != builds {
				t.Errorf("want --build: %t; docker is called with\n%s", builds, got)
			}
		})
	}
}

// upWith copies docker/up and the files that it reads. It adds a .env, and a script in place of docker.
func upWith(t *testing.T, env, docker string) *exec.Cmd {
	t.Helper()
	folder := t.TempDir()
	files := map[string]string{
		".env":               env,
		"compose.class.yaml": "services: {frontend: {environment: {CLASS: \"${CLASS_NAME:-none}\"}}}\n",
		"bin/docker":         "#!/bin/sh\ncase \"$*\" in\n" + docker + "\n'compose config --images') echo pneumoscope/frontend:v1 ;;\nesac\n",
	}
	for _, name := range []string{"docker/up", "docker/check-env", "docker/check-files", "mk/nearest", ".env.example", "compose.yaml"} {
		files[name] = mustRead(t, "../"+name)
	}
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	up := exec.Command(filepath.Join(folder, "docker/up"))
	up.Env = []string{"PATH=" + filepath.Join(folder, "bin") + ":" + os.Getenv("PATH")}
	return up
}

// compose ignores a misspelt limit and uses the default.
func TestUpRefusesNamesThatNothingReads(t *testing.T) {
	tests := []struct{ env, want string }{
		{"UPLOADS_PER_MINUTE=30\nCOMPOSE_PROJECT_NAME=class\n# UPLOAD_PER_MINUTE=1\nMLRUNS=/srv\n", ""},
		{"COMPOSE_FILE=compose.yaml:compose.class.yaml\nCLASS_NAME=radiology\n", ""},
		{"TAG=v1\nUPLOAD_PER_MINUTE=30\n", ".env sets UPLOAD_PER_MINUTE, which nothing reads: did you mean UPLOADS_PER_MINUTE? .env.example lists the variables.\n"},
		{"export HTTPPORT=30\n", ".env sets HTTPPORT, which nothing reads: did you mean HTTP_PORT? .env.example lists the variables.\n"},
		{"FRONTEND_LISTEN=:9090\n", ".env sets FRONTEND_LISTEN, which nothing reads: .env.example lists the variables.\n"},
		{"CLASS_NAME=radiology\n", ".env sets CLASS_NAME, which nothing reads: .env.example lists the variables.\n"},
	}
	for _, test := range tests {
		t.Run(test.env, func(t *testing.T) {
			output, err := upWith(t, test.env, "'compose up'*) echo started ;;").CombinedOutput()
			if (err != nil) != (test.want != "") {
				t.Errorf("its error is %v:\n%s", err, output)
			}
			if test.want == "" && !strings.Contains(string(output), "started") {
				t.Errorf("it starts nothing:\n%s", output)
			}
			if test.want != "" && string(output) != test.want {
				t.Errorf("it says\n%s\nwant\n%s", output, test.want)
			}
		})
	}
}

// compose itself says only that a container is unhealthy.
func TestUpSaysWhyItFails(t *testing.T) {
	const failed = "'compose up'*) echo 'dependency failed to start' >&2; exit 1 ;;\n'compose ps --all --quiet') echo c1 ;;\n"
	tests := []struct{ name, docker, want string }{
		{"Docker does not run", "version) echo 'Cannot connect to the Docker daemon' >&2; exit 1 ;;", "up: Docker does not answer: start it (sudo systemctl start docker, or Docker Desktop).\n"},
		{"the user may not use Docker", "version) echo 'permission denied while trying to connect' >&2; exit 1 ;;", "up: this user may not use Docker: sudo usermod -aG docker \"$USER\", then log in again.\n"},
		{"compose is missing", "'compose version') exit 1 ;;", "up: Docker has no compose plugin: install it (Debian, Ubuntu and Fedora with Docker's packages: docker-compose-plugin).\n"},
		{
			"a service refuses", failed + "*service*) echo modelserver ;;\n*Health*) echo unhealthy ;;\n*Error*) echo ;;\nlogs*) echo 'modelserver: MODELSERVER_LOG_LEVEL: want debug, info, warn or error' ;;",
			"dependency failed to start\n\nup: modelserver is unhealthy. Its last lines:\nmodelserver: MODELSERVER_LOG_LEVEL: want debug, info, warn or error\nup: not everything is healthy; the reason is above, or in make logs. make down removes what was started.\n",
		},
		{
			"a port is taken", failed + "*service*) echo nginx ;;\n*Health*) echo created ;;\n*Error*) echo 'Bind for 127.0.0.1:8080 failed: port is already allocated' ;;",
			"dependency failed to start\nup: the port of nginx is taken by another program: write another HTTP_PORT into .env, such as HTTP_PORT=18080, then run make up again.\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			output, err := upWith(t, "", test.docker).CombinedOutput()
			if err == nil {
				t.Error("it succeeds")
			}
			if diff := cmp.Diff(test.want, string(output)); diff != "" {
				t.Errorf("it says (-want +got):\n%s", diff)
			}
		})
	}
}
