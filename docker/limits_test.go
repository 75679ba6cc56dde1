package docker

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Inner servers time out before outer ones. Otherwise the outer server gives up first,
// and does not know what was slow.
func TestTimeoutsGetShorterTheFurtherIn(t *testing.T) {
	servers := strings.Split(mustRead(t, "nginx/pneumoscope.conf.template"), "\nserver {")
	if len(servers) != 4 {
		t.Fatalf("the template has %d servers, want the edge, the model port and the metrics", len(servers)-1)
	}
	edge, model := servers[1], servers[2]
	frontend := mustFindDuration(t, mustRead(t, "../frontend/config.go"), `RequestTimeout\s+time\.Duration.* default:"(\w+)"`)
	server := mustFindDuration(t, mustRead(t, "../modelserver/config.go"), `RequestTimeout\s+time\.Duration.* default:"(\w+)"`)

	connect := mustFindDuration(t, model, `proxy_connect_timeout +(\w+);`)
	sent := mustFindDuration(t, model, `proxy_send_timeout +(\w+);`)
	read := mustFindDuration(t, model, `proxy_read_timeout +(\w+);`)
	others := mustFindDuration(t, model, `proxy_next_upstream_timeout +(\w+);`)
	// The last attempt may start just before NGINX stops trying others.
	if worst := others + connect + sent + read; worst >= frontend {
		t.Errorf("NGINX may wait %s for the model servers, but the frontend gives up after %s", worst, frontend)
	}
	atEdge := mustFindDuration(t, edge, `proxy_read_timeout +(\w+);`)
	if frontend >= atEdge {
		t.Errorf("the frontend may take %s for its answer, but NGINX gives up after %s", frontend, atEdge)
	}

	// docs/containers.md has the same figures.
	documented := map[string]string{}
	for _, row := range regexp.MustCompile(`(?m)^\| ([^|]+) \| ([^|]+) \| ([^|]*\d s[^|]*) \| [^|]+ \|$`).FindAllStringSubmatch(mustRead(t, "../docs/containers.md"), -1) {
		documented[row[1]+": "+row[2]] = row[3]
	}
	seconds := func(duration time.Duration) string { return fmt.Sprintf("%.0f s", duration.Seconds()) }
	want := map[string]string{
		"NGINX, edge: a client's header; the next bytes of an upload": seconds(mustFindDuration(t, edge, `client_header_timeout +(\w+);`)) + "; " +
			seconds(mustFindDuration(t, edge, `client_body_timeout +(\w+);`)),
		"NGINX, edge: a silent frontend": seconds(atEdge) + "; no other is tried after " +
			seconds(mustFindDuration(t, edge, `proxy_next_upstream_timeout +(\w+);`)),
		"frontend: its whole answer, after the upload (`FRONTEND_REQUEST_TIMEOUT`)": seconds(frontend),
		"NGINX, model port: a silent model server": seconds(read) + "; no other is tried after " + seconds(others) + ": " +
			seconds((others+connect+sent+read).Truncate(time.Second)+time.Second) + " in all",
		"model server: its answer (`MODELSERVER_REQUEST_TIMEOUT`)": seconds(server) + ": for clients without NGINX in front",
	}
	if diff := cmp.Diff(want, documented); diff != "" {
		t.Errorf("the timeouts in docs/containers.md (-want +got):\n%s", diff)
	}
}

func mustFindDuration(t *testing.T, text, pattern string) time.Duration {
	t.Helper()
	match := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if match == nil {
		t.Fatalf("nothing matches %s", pattern)
	}
	duration, err := time.ParseDuration(match[1])
	if err != nil {
		t.Fatal(err)
	}
	return duration
}

// Other machines reach neither the metrics nor the model.
func TestComposePublishesOnlyTheEdgeAndMonitoring(t *testing.T) {
	var published []string
	for _, match := range regexp.MustCompile(`(?m)^    ports: \[(.*)\]$`).FindAllStringSubmatch(mustRead(t, "../compose.yaml"), -1) {
		for port := range strings.SplitSeq(match[1], ",") {
			published = append(published, port[strings.LastIndex(port, ":")+1:len(port)-1])
		}
	}
	slices.Sort(published)
	// Grafana, NGINX and Prometheus.
	if diff := cmp.Diff([]string{"3000", "8080", "9090"}, published); diff != "" {
		t.Errorf("the ports of containers that compose.yaml publishes (-want +got):\n%s", diff)
	}
	if all := strings.Count(mustRead(t, "../compose.yaml"), "ports:"); all != 3 {
		t.Errorf("compose.yaml has %d lists of ports, want 3", all)
	}
}
