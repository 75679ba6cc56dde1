package httpserver_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"pneumoscope/modelserver/internal/tinymodel"
	"pneumoscope/modelserver/internal/tinyserver"
)

const head = "POST /invocations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"

const fits = `{"inputs": [[1, 2]]}`

func limitTo(bytes int64) func(*tinyserver.Config) {
	return func(c *tinyserver.Config) { c.Predictor.MaxBodyBytes = bytes }
}

func TestBodiesTooLargeAreRefusedUnread(t *testing.T) {
	h := mustServe(t, tinymodel.Config{}, limitTo(int64(len(fits))))
	// The length of such a reader is unknown, so the client sends chunks.
	chunked := func(text string) io.Reader { return io.MultiReader(strings.NewReader(text)) }
	tests := []struct {
		name   string
		body   io.Reader
		status int
	}{
		{"at the limit", strings.NewReader(fits), 200},
		{"at the limit in chunks", chunked(fits), 200},
		{"one byte more", strings.NewReader(fits + " "), 413},
		{"one byte more in chunks", chunked(fits + " "), 413},
		{"far more in chunks", chunked(strings.Repeat(" ", 1<<19)), 413},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := h.Do(t, http.MethodPost, "/invocations", test.body, "Content-Type", "application/json")
			if test.status == 200 {
				got.Check(t, 200, `{"predictions": [[1.0, 2.0]]}`)
				return
			}
			got.Check(t, 413, `{"error_code":"BAD_REQUEST","message":"The body is larger than this server takes."}`)
			if !got.Close {
				t.Error("the connection stays open")
			}
		})
	}
}

// mustSend sends raw bytes on a new connection.
func mustSend(tb testing.TB, server *httptest.Server, text string) *net.TCPConn {
	tb.Helper()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { conn.Close() })
	if _, err := io.WriteString(conn, text); err != nil {
		tb.Fatal(err)
	}
	return conn.(*net.TCPConn)
}

// mustReceive reads an answer.
func mustReceive(tb testing.TB, conn io.Reader) tinyserver.Answer {
	tb.Helper()
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		tb.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return tinyserver.Answer{Response: response, Text: string(body)}
}

func TestBodiesThatEndEarlyAreRefused(t *testing.T) {
	h := mustServe(t, tinymodel.Config{})
	for name, text := range map[string]string{
		"before the announced length": head + "Content-Length: 100\r\n\r\n" + fits,
		"before the last chunk":       head + "Transfer-Encoding: chunked\r\n\r\n14\r\n" + fits + "\r\n",
		"in invalid chunks":           head + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			conn := mustSend(t, h.Server.Server, text)
			if err := conn.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			got := mustReceive(t, conn)
			got.Check(t, 400, `{"error_code":"BAD_REQUEST","message":"The body ended before its announced length."}`)
		})
	}
}

// A client may announce a length and send less. It is refused when the time for
// reading is over, and no memory is allocated for the announced length.
func TestBodiesThatDoNotArriveAreRefused(t *testing.T) {
	h := mustServe(t, tinymodel.Config{}, limitTo(1<<40))
	impatient := httptest.NewUnstartedServer(h.Config.Handler)
	impatient.Config.ReadTimeout = 50 * time.Millisecond
	impatient.Start()
	defer impatient.Close()
	got := mustReceive(t, mustSend(t, impatient, head+"Content-Length: 1099511627776\r\n\r\n{"))
	got.Check(t, 408, `{"error_code":"BAD_REQUEST","message":"The body did not arrive in time."}`)
	if !got.Close {
		t.Error("the connection stays open")
	}
}

// Many clients that announce large bodies and send one byte leave room for others.
func TestAnAnnouncedLengthHoldsLittleMemory(t *testing.T) {
	const clients, limit = 50, 4 << 20
	h := mustServe(t, tinymodel.Config{}, func(c *tinyserver.Config) { c.Core.MaxMemoryBytes = limit })
	for range clients {
		mustSend(t, h.Server.Server, head+"Content-Length: 1000000\r\n\r\n{")
	}
	held := func() float64 { return h.Gauge(t, "pneumoscope_modelserver_request_memory_bytes") }
	for deadline := time.Now().Add(10 * time.Second); h.Gauge(t, "pneumoscope_modelserver_requests_in_flight") < clients; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the server refuses clients that have sent next to nothing")
		}
	}
	if got := h.post(t, fits); got.StatusCode != 200 {
		t.Errorf("another client is answered with %d %s", got.StatusCode, got.Text)
	}
	if got := held(); got > limit/2 {
		t.Errorf("%d clients that sent one byte each hold %.0f bytes", clients, got)
	}
}

func TestAnAnswerThatTakesTooLongIsATimeout(t *testing.T) {
	h := mustServe(t, tinyserver.Awaiting(), func(c *tinyserver.Config) { c.Core.RequestTimeout = time.Millisecond })
	got := h.post(t, fits)
	got.Check(t, 504, "Request processing time exceeded limit", "Content-Type", "application/json")
	tinyserver.Release(t, h.Model) // otherwise the model could not be closed
}

// One request may run and none may wait. So of two concurrent requests one is refused
// before the other has ended.
func TestARequestForWhichTheQueueHasNoRoomIsRefusedWithoutDelay(t *testing.T) {
	h := mustServe(t, tinyserver.Awaiting(), func(c *tinyserver.Config) { c.Core.ParallelRuns, c.Core.MaxQueueRows = 1, 0 })
	answers := make(chan tinyserver.Answer)
	for range 2 {
		go func() { answers <- h.post(t, fits) }()
	}
	refused := <-answers
	want := `{"error_code":"TEMPORARILY_UNAVAILABLE","message":"The server is busy: try again after the time in Retry-After."}`
	refused.Check(t, 503, want, "Retry-After", "1")
	tinyserver.Release(t, h.Model)
	if served := <-answers; served.StatusCode != 200 {
		t.Errorf("the other is answered with %d %s", served.StatusCode, served.Text)
	}
}

// By itself, net/http would read only a part of a refused body and close the
// connection.
func TestABodyThatIsRefusedUnreadLeavesTheConnectionOpen(t *testing.T) {
	h := mustServe(t, tinyserver.Awaiting(), func(c *tinyserver.Config) { c.Core.ParallelRuns, c.Core.MaxQueueRows = 1, 0 })
	answers := make(chan tinyserver.Answer)
	go func() { answers <- h.post(t, fits) }()
	for h.Histogram(t, "pneumoscope_modelserver_stage_duration_seconds", "queue").GetSampleCount() == 0 {
		runtime.Gosched()
	}
	large := fits + strings.Repeat(" ", 600_000)
	conn := mustSend(t, h.Server.Server, "")
	for range 2 {
		if _, err := io.WriteString(conn, head+"Content-Length: "+strconv.Itoa(len(large))+"\r\n\r\n"+large); err != nil {
			t.Fatal(err)
		}
		refused := mustReceive(t, conn)
		refused.CheckStatus(t, 503)
		if refused.Close {
			t.Error("the connection is closed")
		}
		if got := h.Log.Next(t.Context(), t)["bytes_in"]; got != float64(len(large)) {
			t.Errorf("%v bytes were read; want %d", got, len(large))
		}
	}
	tinyserver.Release(t, h.Model)
	served := <-answers
	served.CheckStatus(t, 200)
}

// A client that leaves must not be logged as a timeout or as a fault of the server.
func TestAClientThatLeavesIsLoggedAsSuch(t *testing.T) {
	h := mustServe(t, tinyserver.Awaiting())
	if err := mustSend(t, h.Server.Server, head+"Content-Length: "+strconv.Itoa(len(fits))+"\r\n\r\n"+fits).Close(); err != nil {
		t.Fatal(err)
	}
	record := h.Log.Next(t.Context(), t)
	if got := record["status"]; got != 499.0 {
		t.Errorf("the status in the log is %v; want 499", got)
	}
	if got := record["level"]; got != "INFO" {
		t.Errorf("it is logged as %v; want INFO", got)
	}
	tinyserver.Release(t, h.Model)
}
