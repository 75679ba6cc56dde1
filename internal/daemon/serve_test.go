package daemon_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/internal/daemon"
)

// service is a running Serve.
type service struct {
	public, admin string // base addresses
	stop          context.CancelFunc
	ended         chan error
	messages      chan string // of the log, after "starting" and "listening"
}

// mustStart runs a service with that handler on free ports.
func mustStart(tb testing.TB, handler http.HandlerFunc, changes ...func(*daemon.Config)) *service {
	tb.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(tb.Context()))
	s := &service{stop: stop, ended: make(chan error, 1), messages: make(chan string, 100)}
	lines, log := io.Pipe()
	cfg := daemon.Config{
		Settings: daemon.Settings{DrainTimeout: time.Minute},
		Server:   &http.Server{Handler: handler},
		Listen:   "127.0.0.1:0", AdminListen: "127.0.0.1:0",
		Registry: daemon.NewRegistry("test"),
		Ready:    func(context.Context) error { return nil },
		Logger:   slog.New(slog.NewJSONHandler(log, nil)),
	}
	for _, change := range changes {
		change(&cfg)
	}
	go func() {
		s.ended <- daemon.Serve(ctx, cfg)
		log.Close()
	}()
	decoder := json.NewDecoder(lines)
	var listening record
	for _, message := range []string{"starting", "listening"} {
		if err := decoder.Decode(&listening); err != nil {
			tb.Fatalf("its log ends with %v before the line %q", err, message)
		}
		if listening.Msg != message {
			tb.Fatalf("it logs %q, want %q", listening.Msg, message)
		}
		if got, want := listening.Version, daemon.BuildVersion().Version; got != want {
			tb.Errorf("the line %q has the version %q, want %q", message, got, want)
		}
	}
	s.public, s.admin = "http://"+listening.Address, "http://"+listening.AdminAddress
	go func() {
		var next record
		for decoder.Decode(&next) == nil {
			s.messages <- next.Msg
		}
		close(s.messages)
	}()
	tb.Cleanup(stop)
	return s
}

// record is a line of the log.
type record struct {
	Msg, Address, Version string
	AdminAddress          string `json:"admin_address"`
}

// wantMessage fails the test unless the next line of the log is that one.
func (s *service) wantMessage(tb testing.TB, want string) {
	tb.Helper()
	if got := <-s.messages; got != want {
		tb.Fatalf("it logs %q, want %q", got, want)
	}
}

// wantCleanEnd waits for the end of Serve.
func (s *service) wantCleanEnd(tb testing.TB) {
	tb.Helper()
	if err := <-s.ended; err != nil {
		tb.Errorf("it ends with %v, want no error", err)
	}
}

// answer is a response. Status 0: there was none, and Body is the error.
type answer struct {
	Status int
	Body   string
}

// get requests an address on a connection of its own.
func get(tb testing.TB, address string) answer {
	tb.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	request, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, address, nil)
	if err != nil {
		return answer{0, err.Error()}
	}
	response, err := client.Do(request)
	if err != nil {
		return answer{0, err.Error()}
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{0, err.Error()}
	}
	return answer{response.StatusCode, string(text)}
}

// wantAnswer compares the whole answer of an address; what says when or why it is
// requested.
func wantAnswer(tb testing.TB, address, what string, want answer) {
	tb.Helper()
	if diff := cmp.Diff(want, get(tb, address)); diff != "" {
		tb.Errorf("%s: the answer differs (-want +got):\n%s", what, diff)
	}
}

// wantError compares the whole text of an error.
func wantError(tb testing.TB, err error, want string) {
	tb.Helper()
	text := "no error"
	if err != nil {
		text = err.Error()
	}
	if diff := cmp.Diff(want, text); diff != "" {
		tb.Errorf("the error differs (-want +got):\n%s", diff)
	}
}

func hello(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }

func TestServeAnswersOnBothPorts(t *testing.T) {
	s := mustStart(t, hello)
	tests := []struct {
		address string
		status  int
		body    string // a part of it
	}{
		{s.public + "/any", 200, "hello"},
		{s.admin + "/livez", 200, "ok\n"},
		{s.admin + "/readyz", 200, "ok\n"},
		{s.admin + "/metrics", 200, "pneumoscope_test_build_info{"},
		{s.admin + "/metrics", 200, "go_goroutines "},
		{s.admin + "/", 404, ""},
		{s.admin + "/debug/pprof/", 404, ""},
		{s.admin + "/debug/pprof/heap", 404, ""},
	}
	for _, test := range tests {
		got := get(t, test.address)
		if got.Status != test.status {
			t.Errorf("%s answers %d, want %d", test.address, got.Status, test.status)
		}
		if !strings.Contains(got.Body, test.body) {
			t.Errorf("%s answers\n%s\nwithout %q", test.address, got.Body, test.body)
		}
	}
	s.stop()
	s.wantCleanEnd(t)
	if got := get(t, s.admin+"/livez"); got.Status != 0 {
		t.Errorf("after its end the admin port answers %d", got.Status)
	}
	var messages []string
	for message := range s.messages {
		messages = append(messages, message)
	}
	if diff := cmp.Diff([]string{"draining", "drained"}, messages); diff != "" {
		t.Errorf("the log differs (-want +got):\n%s", diff)
	}
}

func TestProfilesAreServedOnlyWhenSwitchedOn(t *testing.T) {
	s := mustStart(t, hello, func(cfg *daemon.Config) { cfg.Pprof = true })
	for _, path := range []string{"/debug/pprof/", "/debug/pprof/goroutine?debug=1"} {
		got := get(t, s.admin+path)
		if got.Status != 200 {
			t.Errorf("%s answers %d, want 200", path, got.Status)
		}
		if !strings.Contains(got.Body, "goroutine") {
			t.Errorf("%s answers without \"goroutine\":\n%s", path, got.Body)
		}
	}
	wantAnswer(t, s.public+"/debug/pprof/", "profiles on the public port", answer{200, "hello"})
}

func TestReadinessIsTheServices(t *testing.T) {
	fault := errors.New("no model at 10.0.0.7")
	s := mustStart(t, hello, func(cfg *daemon.Config) { cfg.Ready = func(context.Context) error { return fault } })
	wantAnswer(t, s.admin+"/readyz", "readyz, which gives no reason", answer{503, "not ready\n"})
	if got := get(t, s.admin+"/livez"); got.Status != 200 {
		t.Errorf("livez answers %d: it must not depend on readiness", got.Status)
	}
	s.wantMessage(t, "not ready")
}

// From SIGTERM on the service says that it is not ready, goes on serving for a
// while, and lets the requests in flight end.
func TestServeDrains(t *testing.T) {
	entered, leave := make(chan bool), make(chan bool)
	s := mustStart(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			entered <- true
			<-leave
		}
		hello(w, r)
	}, func(cfg *daemon.Config) { cfg.DrainDelay = time.Second })
	slow := make(chan string)
	go func() {
		slow <- get(t, s.public+"/slow").Body
	}()
	<-entered
	s.stop()
	s.wantMessage(t, "draining")
	wantAnswer(t, s.public+"/new", "a new request within the delay", answer{200, "hello"})
	wantAnswer(t, s.admin+"/readyz", "readyz within the delay", answer{503, "draining\n"})
	if got := get(t, s.admin+"/livez"); got.Status != 200 {
		t.Errorf("livez answers %d during the drain, want 200", got.Status)
	}
	select {
	case err := <-s.ended:
		t.Errorf("it ended with %v while a request was in flight", err)
	default:
	}
	leave <- true
	if body := <-slow; body != "hello" {
		t.Errorf("the request in flight is answered with %q, want hello", body)
	}
	s.wantCleanEnd(t)
}

// A client that has connected before the service stops listening is still served,
// even when MaxConnections kept it in the queue.
func TestADrainServesTheConnectionsInTheQueue(t *testing.T) {
	entered, leave := make(chan bool), make(chan bool)
	s := mustStart(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			entered <- true
			<-leave
		}
		hello(w, r)
	}, func(cfg *daemon.Config) { cfg.MaxConnections = 1 })
	slow := make(chan string)
	go func() {
		slow <- get(t, s.public+"/slow").Body
	}()
	<-entered
	var waiting []net.Conn
	for range 3 {
		connection, err := net.Dial("tcp", strings.TrimPrefix(s.public, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		if _, err := io.WriteString(connection, "GET / HTTP/1.0\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		waiting = append(waiting, connection)
	}
	s.stop()
	s.wantMessage(t, "draining")
	leave <- true
	if body := <-slow; body != "hello" {
		t.Errorf("the request in flight is answered with %q, want hello", body)
	}
	for _, connection := range waiting {
		text, err := io.ReadAll(connection)
		if err != nil {
			t.Errorf("a connection of the queue ends with %v", err)
		}
		if !strings.HasSuffix(string(text), "hello") {
			t.Errorf("a connection of the queue is answered with %q, want hello", text)
		}
	}
	s.wantCleanEnd(t)
}

// As soon as the drain begins, the service tells its clients to close their
// connections. It still serves.
func TestADrainAsksClientsToLeave(t *testing.T) {
	s := mustStart(t, nil, func(cfg *daemon.Config) {
		cfg.DrainDelay = time.Minute
		cfg.Server = daemon.NewHTTP(&http.Server{}, func() http.Handler { return http.HandlerFunc(hello) })
	})
	leaves := func() bool {
		response, err := http.Get(s.public)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			t.Fatal(err)
		}
		return response.Close
	}
	if leaves() {
		t.Error("a connection ends before the drain")
	}
	s.stop()
	s.wantMessage(t, "draining")
	if !leaves() {
		t.Error("a connection is kept during the drain")
	}
}

func TestServeDoesNotDrainForever(t *testing.T) {
	entered, leave := make(chan bool), make(chan bool)
	defer close(leave)
	s := mustStart(t, func(http.ResponseWriter, *http.Request) {
		entered <- true
		<-leave
	}, func(cfg *daemon.Config) { cfg.DrainTimeout = 20 * time.Millisecond })
	go get(t, s.public)
	<-entered
	s.stop()
	wantError(t, <-s.ended, "drain: requests were still in flight after 20ms")
}

func TestATakenPortFailsTheStart(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address := taken.Addr().String()
	_, inUse := net.Listen("tcp", address) // each system has its own text
	if inUse == nil {
		t.Fatal("the same port can be taken twice")
	}
	for want, cfg := range map[string]daemon.Config{
		"listen: " + inUse.Error():           {Listen: address, AdminListen: "127.0.0.1:0"},
		"listen for admin: " + inUse.Error(): {Listen: "127.0.0.1:0", AdminListen: address},
	} {
		cfg.Registry, cfg.Logger = daemon.NewRegistry("test"), slog.New(slog.DiscardHandler)
		wantError(t, daemon.Serve(t.Context(), cfg), want)
	}
}

// Until a service is prepared it is alive and not ready, and its public port refuses
// connections.
func TestTheAdminPortAnswersWhileTheServiceIsPrepared(t *testing.T) {
	admin, public := mustFind(t), mustFind(t)
	prepared := make(chan error)
	ended := make(chan error)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	lines, log := io.Pipe()
	go func() {
		ended <- daemon.Serve(ctx, daemon.Config{
			Settings: daemon.Settings{DrainTimeout: time.Minute},
			Server:   &http.Server{Handler: http.HandlerFunc(hello)},
			Listen:   public, AdminListen: admin,
			Prepare: func(context.Context) error {
				prepared <- nil
				return <-prepared
			},
			Registry: daemon.NewRegistry("test"),
			Ready:    func(context.Context) error { return nil },
			Logger:   slog.New(slog.NewJSONHandler(log, nil)),
		})
	}()
	// The version is logged before anything that may take long or fail.
	decoder := json.NewDecoder(lines)
	var starting record
	if err := decoder.Decode(&starting); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(record{Msg: "starting", Version: daemon.BuildVersion().Version, AdminAddress: admin}, starting); diff != "" {
		t.Errorf("the first line of the log differs (-want +got):\n%s", diff)
	}
	<-prepared
	wantAnswer(t, "http://"+admin+"/livez", "livez before the service is prepared", answer{200, "ok\n"})
	wantAnswer(t, "http://"+admin+"/readyz", "readyz before the service is prepared", answer{503, "starting\n"})
	if got := get(t, "http://"+public); got.Status != 0 {
		t.Errorf("the public port answers %d before the service is prepared", got.Status)
	}
	prepared <- nil
	var listening record
	if err := decoder.Decode(&listening); err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, lines)
	if got := get(t, "http://"+admin+"/readyz"); got.Status != 200 {
		t.Errorf("readyz answers %d %s once the service is prepared, want 200", got.Status, got.Body)
	}
	wantAnswer(t, "http://"+public, "the public port once the service is prepared", answer{200, "hello"})
	stop()
	if err := <-ended; err != nil {
		t.Errorf("it ends with %v, want no error", err)
	}
}

func TestAServiceThatCannotBePreparedEnds(t *testing.T) {
	err := daemon.Serve(t.Context(), daemon.Config{
		Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0", Registry: daemon.NewRegistry("test"), Logger: slog.New(slog.DiscardHandler),
		Prepare: func(context.Context) error { return errors.New("no model") },
	})
	wantError(t, err, "no model")
}

// mustFind returns an address that was free a moment ago.
func mustFind(tb testing.TB) string {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// A connection above the limit waits until another one closes.
func TestConnectionsAreLimited(t *testing.T) {
	entered, leave := make(chan bool), make(chan bool)
	s := mustStart(t, func(http.ResponseWriter, *http.Request) {
		entered <- true
		<-leave
	}, func(cfg *daemon.Config) { cfg.MaxConnections = 2 })
	statuses := make(chan int)
	for range 3 {
		go func() {
			statuses <- get(t, s.public).Status
		}()
	}
	<-entered
	<-entered
	for range 20 { // time enough for a third to get in
		get(t, s.admin+"/livez")
	}
	select {
	case <-entered:
		t.Error("a third connection is served while two are open")
	default:
	}
	close(leave)
	<-entered
	for range 3 {
		if status := <-statuses; status != 200 {
			t.Errorf("a request is answered with %d, want 200", status)
		}
	}
}

// quitter is a server that ends right away.
type quitter struct{ err error }

func (q quitter) Serve(net.Listener) error       { return q.err }
func (q quitter) Shutdown(context.Context) error { return nil }

func TestAServerThatEndsByItselfIsAnError(t *testing.T) {
	for want, err := range map[string]error{
		"serve: too many open files":      errors.New("too many open files"),
		"serve: a server ended by itself": nil,
	} {
		s := mustStart(t, nil, func(cfg *daemon.Config) { cfg.Server = quitter{err} })
		wantError(t, <-s.ended, want)
	}
}
