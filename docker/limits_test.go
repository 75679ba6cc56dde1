package docker

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// Whoever waits further in gives up first: else an answer comes too late for
// whoever wanted it, and the one in front does not know what was slow.
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
	// The last replica may be asked just before no other is.
	if worst := others + connect + sent + read; worst >= frontend {
		t.Errorf("NGINX may take %s for an answer of the model servers, and the frontend gives up after %s", worst, frontend)
	}
	atEdge := mustFindDuration(t, edge, `proxy_read_timeout +(\w+);`)
	if frontend >= atEdge {
		t.Errorf("the frontend may take %s for its answer, and NGINX gives up after %s", frontend, atEdge)
	}

	// What the documentation tells of them.
	told := map[string]string{}
	for _, row := range regexp.MustCompile(`(?m)^\| ([^|]+) \| ([^|]+) \| ([^|]*\d s[^|]*) \| [^|]+ \|$`).FindAllStringSubmatch(mustRead(t, "../docs/containers.md"), -1) {
		told[row[1]+": "+row[2]] = row[3]
	}
	seconds := func(duration time.Duration) string { return fmt.Sprintf("%.0f s", duration.Seconds()) }
	want := map[string]string{
		"NGINX, edge: a client's header; the next bytes of an upload": seconds(mustFindDuration(t, edge, `client_header_timeout +(\w+);`)) + "; " +
			seconds(mustFindDuration(t, edge, `client_body_timeout +(\w+);`)),
		"NGINX, edge: a frontend that says nothing": seconds(atEdge) + "; after " +
			seconds(mustFindDuration(t, edge, `proxy_next_upstream_timeout +(\w+);`)) + " no other is asked",
		"frontend: its whole answer, once the upload is there (`FRONTEND_REQUEST_TIMEOUT`)": seconds(frontend),
		"NGINX, model port: a model server that says nothing": seconds(read) + "; after " + seconds(others) + " no other is asked: " +
			seconds((others+connect+sent+read).Truncate(time.Second)+time.Second) + " in all",
		"model server: its answer (`MODELSERVER_REQUEST_TIMEOUT`)": seconds(server) + ": for clients without NGINX before it",
	}
	if !maps.Equal(told, want) {
		t.Errorf("docs/containers.md tells of\n%s\nwant\n%s", lines(told), lines(want))
	}
}

func lines(table map[string]string) string {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(table)) {
		fmt.Fprintf(&text, "  %s | %s\n", name, table[name])
	}
	return text.String()
}

func mustFindDuration(t *testing.T, text, pattern string) time.Duration {
	t.Helper()
	match := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if match == nil {
		t.Fatalf("there is nothing like %s", pattern)
	}
	duration, err := time.ParseDuration(match[1])
	if err != nil {
		t.Fatal(err)
	}
	return duration
}

// Metrics and the model are for the services alone.
func TestComposePublishesNoPortButTheEdgeAndWhatWatches(t *testing.T) {
	var published []string
	for _, match := range regexp.MustCompile(`(?m)^    ports: \[(.*)\]$`).FindAllStringSubmatch(mustRead(t, "../compose.yaml"), -1) {
		for port := range strings.SplitSeq(match[1], ",") {
			published = append(published, port[strings.LastIndex(port, ":")+1:len(port)-1])
		}
	}
	if slices.Sort(published); !slices.Equal(published, []string{"3000", "8080", "9090"}) {
		t.Errorf("compose.yaml publishes the ports %v of containers, want NGINX's 8080, Prometheus' and Grafana's", published)
	}
	if all := strings.Count(mustRead(t, "../compose.yaml"), "ports:"); all != 3 {
		t.Errorf("compose.yaml publishes ports in %d places", all)
	}
}
