package daemon_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"pneumoscope/internal/daemon"
)

// service is a daemon that Serve runs, as the test sees it.
type service struct {
	public, admin string // base addresses
	stop          context.CancelFunc
	ended         chan error
	messages      chan string // of the log, after "listening"
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
	var record struct {
		Msg, Address string
		AdminAddress string `json:"admin_address"`
	}
	decoder := json.NewDecoder(lines)
	if err := decoder.Decode(&record); err != nil || record.Msg != "listening" {
		tb.Fatalf("it says %q, %v; want that it listens", record.Msg, err)
	}
	s.public, s.admin = "http://"+record.Address, "http://"+record.AdminAddress
	go func() {
		for decoder.Decode(&record) == nil {
			s.messages <- record.Msg
		}
		close(s.messages)
	}()
	tb.Cleanup(stop)
	return s
}

// get asks an address on a connection of its own; status 0: there was no answer.
func get(tb testing.TB, address string) (status int, body string) {
	tb.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	request, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, address, nil)
	if err != nil {
		return 0, err.Error()
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, string(text)
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
		if status, body := get(t, test.address); status != test.status || !strings.Contains(body, test.body) {
			t.Errorf("%s answers %d %s; want %d %s", test.address, status, body, test.status, test.body)
		}
	}
	s.stop()
	if err := <-s.ended; err != nil {
		t.Errorf("it ends with %v", err)
	}
	if status, _ := get(t, s.admin+"/livez"); status != 0 {
		t.Errorf("after its end the admin port answers %d", status)
	}
	var messages []string
	for message := range s.messages {
		messages = append(messages, message)
	}
	if got := strings.Join(messages, ", "); got != "draining, drained" {
		t.Errorf("it logs %s; want draining, drained", got)
	}
}

func TestProfilesAreServedOnlyWhenAskedFor(t *testing.T) {
	s := mustStart(t, hello, func(cfg *daemon.Config) { cfg.Pprof = true })
	for _, path := range []string{"/debug/pprof/", "/debug/pprof/goroutine?debug=1"} {
		if status, body := get(t, s.admin+path); status != 200 || !strings.Contains(body, "goroutine") {
			t.Errorf("%s answers %d %s", path, status, body)
		}
	}
	if status, body := get(t, s.public+"/debug/pprof/"); status != 200 || body != "hello" {
		t.Errorf("the public port answers %d %s to a request for profiles", status, body)
	}
}

func TestReadinessIsTheServices(t *testing.T) {
	fault := errors.New("no model at 10.0.0.7")
	s := mustStart(t, hello, func(cfg *daemon.Config) { cfg.Ready = func(context.Context) error { return fault } })
	if status, body := get(t, s.admin+"/readyz"); status != 503 || body != "not ready\n" {
		t.Errorf("it answers %d %s; want 503 and no reason", status, body)
	}
	if status, _ := get(t, s.admin+"/livez"); status != 200 {
		t.Errorf("livez answers %d: it must not look at what readiness looks at", status)
	}
	if message := <-s.messages; message != "not ready" {
		t.Errorf("it logs %s; want not ready", message)
	}
}

// From SIGTERM on the service says that it is not ready, goes on serving for a
// while, and lets what is under way end.
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
		_, body := get(t, s.public+"/slow")
		slow <- body
	}()
	<-entered
	s.stop()
	if message := <-s.messages; message != "draining" {
		t.Fatalf("it logs %s; want draining", message)
	}
	if status, body := get(t, s.public+"/new"); status != 200 || body != "hello" {
		t.Errorf("within the delay a new request is answered with %d %s", status, body)
	}
	if status, body := get(t, s.admin+"/readyz"); status != 503 || body != "draining\n" {
		t.Errorf("readyz answers %d %s; want 503 draining", status, body)
	}
	if status, _ := get(t, s.admin+"/livez"); status != 200 {
		t.Errorf("livez answers %d while it drains", status)
	}
	select {
	case err := <-s.ended:
		t.Errorf("it ended with %v while a request was under way", err)
	default:
	}
	leave <- true
	if body := <-slow; body != "hello" {
		t.Errorf("the request under way is answered with %s", body)
	}
	if err := <-s.ended; err != nil {
		t.Errorf("it ends with %v", err)
	}
}

// Whoever has connected when the service stops listening is still served, even
// when there was no room for the connection yet.
func TestADrainServesThoseWhoWait(t *testing.T) {
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
		_, body := get(t, s.public+"/slow")
		slow <- body
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
	if message := <-s.messages; message != "draining" {
		t.Fatalf("it logs %s; want draining", message)
	}
	leave <- true
	if body := <-slow; body != "hello" {
		t.Errorf("the request under way is answered with %s", body)
	}
	for _, connection := range waiting {
		if answer, err := io.ReadAll(connection); err != nil || !strings.HasSuffix(string(answer), "hello") {
			t.Errorf("one who waited is answered with %q, %v", answer, err)
		}
	}
	if err := <-s.ended; err != nil {
		t.Errorf("it ends with %v", err)
	}
}

// A client that keeps its connection is asked to leave as soon as the drain
// begins, while the service still serves.
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
	if message := <-s.messages; message != "draining" {
		t.Fatalf("it logs %s; want draining", message)
	}
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
	if err := <-s.ended; err == nil || err.Error() != "drain: requests were still under way after 20ms" {
		t.Errorf("it ends with %v", err)
	}
}

func TestATakenPortFailsTheStart(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address := taken.Addr().String()
	for want, cfg := range map[string]daemon.Config{
		"listen: listen tcp " + address + ": bind: address already in use":           {Listen: address, AdminListen: "127.0.0.1:0"},
		"listen for admin: listen tcp " + address + ": bind: address already in use": {Listen: "127.0.0.1:0", AdminListen: address},
	} {
		cfg.Registry, cfg.Logger = daemon.NewRegistry("test"), slog.New(slog.DiscardHandler)
		if err := daemon.Serve(t.Context(), cfg); err == nil || err.Error() != want {
			t.Errorf("it says %v; want %s", err, want)
		}
	}
}

// Before a service is prepared it lives and is not ready, and its clients are
// refused the connection.
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
	<-prepared
	for address, want := range map[string]string{admin + "/livez": "200 ok\n", admin + "/readyz": "503 starting\n"} {
		if status, body := get(t, "http://"+address); fmt.Sprint(status, " ", body) != want {
			t.Errorf("%s answers %d %s; want %s", address, status, body, want)
		}
	}
	if status, _ := get(t, "http://"+public); status != 0 {
		t.Errorf("the public port answers %d before the service is prepared", status)
	}
	prepared <- nil
	if err := json.NewDecoder(lines).Decode(&struct{}{}); err != nil { // it listens
		t.Fatal(err)
	}
	go io.Copy(io.Discard, lines)
	if status, body := get(t, "http://"+admin+"/readyz"); status != 200 {
		t.Errorf("prepared, it is %s", body)
	}
	if status, body := get(t, "http://"+public); status != 200 || body != "hello" {
		t.Errorf("the public port answers %d %s", status, body)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("it ends with %v", err)
	}
}

func TestAServiceThatCannotBePreparedEnds(t *testing.T) {
	err := daemon.Serve(t.Context(), daemon.Config{
		Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0", Registry: daemon.NewRegistry("test"), Logger: slog.New(slog.DiscardHandler),
		Prepare: func(context.Context) error { return errors.New("no model") },
	})
	if err == nil || err.Error() != "no model" {
		t.Errorf("it ends with %v", err)
	}
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
			status, _ := get(t, s.public)
			statuses <- status
		}()
	}
	<-entered
	<-entered
	for range 20 { // time enough for a third to get in
		get(t, s.admin+"/livez")
	}
	select {
	case <-entered:
		t.Error("a third connection is served beside two")
	default:
	}
	close(leave)
	<-entered
	for range 3 {
		if status := <-statuses; status != 200 {
			t.Errorf("one is answered with %d", status)
		}
	}
}

// quitter is a server that does not last.
type quitter struct{ err error }

func (q quitter) Serve(net.Listener) error       { return q.err }
func (q quitter) Shutdown(context.Context) error { return nil }

func TestAServerThatEndsByItselfIsAnError(t *testing.T) {
	for want, err := range map[string]error{
		"serve: too many open files":      errors.New("too many open files"),
		"serve: a server ended by itself": nil,
	} {
		s := mustStart(t, nil, func(cfg *daemon.Config) { cfg.Server = quitter{err} })
		if err := <-s.ended; err == nil || err.Error() != want {
			t.Errorf("it ends with %v; want %s", err, want)
		}
	}
}
