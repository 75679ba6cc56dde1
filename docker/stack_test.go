//go:build integration

package docker

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/network"
	"github.com/testcontainers/testcontainers-go/wait"
)

const (
	frontendImage    = "pneumoscope/frontend"
	modelserverImage = "pneumoscope/modelserver"
)

// tag is the version of our images under test.
func tag() string {
	if tag, set := os.LookupEnv("TAG"); set {
		return tag
	}
	return "dev"
}

// maxUploadBytes is small enough for a quick test. NGINX and the frontend get the same
// value.
const maxUploadBytes = "8388608"

// stack is the services on their networks, connected as in compose.yaml.
type stack struct {
	models                      []testcontainers.Container
	frontend, nginx, prometheus testcontainers.Container
	address                     string // of the edge
	prometheusAddress           string
}

func mustStart(t *testing.T, replicas int) *stack {
	t.Helper()
	edge, inner := mustNetwork(t), mustNetwork(t, network.WithInternal())
	s := &stack{}
	for range replicas {
		s.models = append(s.models, mustRun(t, modelserverImage+":"+tag(),
			network.WithNetwork([]string{"modelserver"}, inner),
			testcontainers.WithEnv(map[string]string{"GOMEMLIMIT": "700MiB"}),
			wait1(wait.ForHealthCheck())))
	}
	s.nginx = mustRun(t, mustName(t, "nginx"),
		network.WithNetwork([]string{"edge"}, edge),
		network.WithNetwork([]string{"nginx"}, inner),
		testcontainers.WithEnv(map[string]string{
			"EDGE_LISTEN": "8080", "MODEL_LISTEN": "8000", "METRICS_LISTEN": "8002", "FRONTEND": "frontend:8080", "MODELSERVER": "modelserver:8000",
			"RESOLVER": "127.0.0.11", "MAX_UPLOAD_BYTES": maxUploadBytes, "MAX_BODY_BYTES": "67108864", "UPLOADS_PER_ADDRESS": "16",
			"EDGE_INCLUDE": "/etc/nginx/edge.d/*.conf", "ACCESS_LOG": "/dev/stdout", "ERROR_LOG": "/dev/stderr",
		}),
		testcontainers.WithConfigModifier(func(config *container.Config) { config.User = "101:101" }),
		bind("nginx/pneumoscope.conf.template", "/etc/nginx/templates/default.conf.template"),
		// No folder has room for a film, as in compose.yaml.
		testcontainers.WithTmpfs(map[string]string{
			"/tmp": "mode=1777,size=64k", "/run": "uid=101,gid=101,size=64k",
			"/var/cache/nginx": "uid=101,gid=101,size=64k", "/etc/nginx/conf.d": "uid=101,gid=101,size=64k",
		}),
		testcontainers.WithExposedPorts("8080/tcp"),
		wait1(wait.ForListeningPort("8080/tcp").SkipInternalCheck()))
	s.frontend = mustRun(t, frontendImage+":"+tag(),
		network.WithNetwork([]string{"frontend"}, inner),
		testcontainers.WithEnv(map[string]string{
			"FRONTEND_MLFLOW_ADDRESS": "http://nginx:8000", "FRONTEND_MAX_UPLOAD_BYTES": maxUploadBytes, "FRONTEND_MAX_PIXELS": "16000000",
			// All the load of these tests comes from one address.
			"FRONTEND_UPLOADS_PER_MINUTE": "0", "FRONTEND_UPLOADS_PER_ADDRESS": "0", "FRONTEND_REQUESTS_PER_MINUTE": "0",
		}),
		wait1(wait.ForHealthCheck()))
	s.prometheus = mustRun(t, mustName(t, "prom/prometheus"),
		network.WithNetwork([]string{"prometheus"}, edge),
		network.WithNetwork([]string{"prometheus"}, inner),
		testcontainers.WithCmd("--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"),
		bind("prometheus", "/etc/prometheus"),
		testcontainers.WithTmpfs(map[string]string{"/prometheus": "uid=65534,gid=65534"}),
		testcontainers.WithExposedPorts("9090/tcp"),
		wait1(wait.ForHTTP("/-/ready").WithPort("9090/tcp").WithPollInterval(20*time.Millisecond)))
	s.address, s.prometheusAddress = mustEndpoint(t, s.nginx, "8080/tcp"), mustEndpoint(t, s.prometheus, "9090/tcp")
	return s
}

// mustName returns the name and version of an image in compose.yaml.
func mustName(t *testing.T, image string) string {
	t.Helper()
	command := exec.Command("docker", "compose", "config", "--images")
	command.Dir = ".."
	output, err := command.Output()
	if err != nil {
		t.Fatalf("docker compose config: %v", err)
	}
	for name := range strings.FieldsSeq(string(output)) {
		if strings.HasPrefix(name, image+":") {
			return name
		}
	}
	t.Fatalf("compose.yaml has no %s", image)
	return ""
}

// mustRun starts a container with the same restrictions as the services in compose.yaml.
func mustRun(t *testing.T, image string, options ...testcontainers.ContainerCustomizer) testcontainers.Container {
	t.Helper()
	hard := testcontainers.WithHostConfigModifier(func(host *container.HostConfig) {
		host.ReadonlyRootfs = true
		host.CapDrop = []string{"ALL"}
		host.SecurityOpt = []string{"no-new-privileges:true"}
		host.Memory = 1 << 30
	})
	c, err := testcontainers.Run(t.Context(), image, append([]testcontainers.ContainerCustomizer{hard}, options...)...)
	testcontainers.CleanupContainer(t, c)
	if err != nil {
		if c != nil {
			t.Log(mustDocker(t, "logs", "--tail", "20", c.GetContainerID()))
		}
		t.Fatalf("run %s: %v", image, err)
	}
	return c
}

func wait1(strategy wait.Strategy) testcontainers.CustomizeRequestOption {
	return testcontainers.WithWaitStrategyAndDeadline(time.Minute, strategy)
}

// bind mounts a file of this folder, because a copy cannot be put into a read-only root.
func bind(path, target string) testcontainers.CustomizeRequestOption {
	return testcontainers.CustomizeRequestOption(func(request *testcontainers.GenericContainerRequest) error {
		source, err := filepath.Abs(path)
		if err != nil {
			return err
		}
		before := request.HostConfigModifier
		request.HostConfigModifier = func(host *container.HostConfig) {
			if before != nil {
				before(host)
			}
			host.Binds = append(host.Binds, source+":"+target+":ro")
		}
		return nil
	})
}

func mustNetwork(t *testing.T, options ...network.NetworkCustomizer) *testcontainers.DockerNetwork {
	t.Helper()
	created, err := network.New(t.Context(), options...)
	testcontainers.CleanupNetwork(t, created)
	if err != nil {
		t.Fatal(err)
	}
	return created
}

func mustEndpoint(t *testing.T, c testcontainers.Container, port string) string {
	t.Helper()
	address, err := c.PortEndpoint(t.Context(), port, "http")
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// mustDocker runs the docker command.
func mustDocker(t *testing.T, arguments ...string) string {
	t.Helper()
	output, err := exec.CommandContext(context.WithoutCancel(t.Context()), "docker", arguments...).CombinedOutput()
	if err != nil {
		t.Fatalf("docker %s: %v\n%s", strings.Join(arguments, " "), err, output)
	}
	return strings.TrimSpace(string(output))
}

// eventually repeats a check until it passes, or fails with its last error.
func eventually(t *testing.T, patience time.Duration, check func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("not within %s: %v", patience, err)
		case <-tick.C:
		}
	}
}
