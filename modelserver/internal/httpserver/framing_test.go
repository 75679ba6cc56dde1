package httpserver_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"pneumoscope/modelserver/internal/tinymodel"
)

// Two servers in a row may read such a request differently: one of them may take a part of it for a second request. The
// request is refused once, and its connection is closed.
func TestARequestWithTwoReadingsIsRefused(t *testing.T) {
	h := mustServe(t, tinymodel.Config{})
	const smuggled = "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n"
	for what, test := range map[string]struct {
		fields string
		status int
	}{
		"two lengths":                      {"Host: x\r\nContent-Length: 32\r\nContent-Length: 0\r\n", http.StatusBadRequest},
		"a list of lengths":                {"Host: x\r\nContent-Length: 0, 5\r\n", http.StatusBadRequest},
		"a hexadecimal length":             {"Host: x\r\nContent-Length: 0x0\r\n", http.StatusBadRequest},
		"the transfer encoding identity":   {"Host: x\r\nTransfer-Encoding: identity\r\nContent-Length: 0\r\n", http.StatusNotImplemented},
		"an unknown transfer encoding":     {"Host: x\r\nTransfer-Encoding: xchunked\r\nContent-Length: 0\r\n", http.StatusNotImplemented},
		"a blank before the colon":         {"Host: x\r\nTransfer-Encoding : chunked\r\nContent-Length: 0\r\n", http.StatusBadRequest},
		"two hosts":                        {"Host: x\r\nHost: y\r\nContent-Length: 0\r\n", http.StatusBadRequest},
		"NUL in a value":                   {"Host: x\r\nX: a\x00b\r\nContent-Length: 0\r\n", http.StatusBadRequest},
		"a carriage return within a value": {"Host: x\r\nX: a\rTransfer-Encoding: chunked\r\nContent-Length: 0\r\n", http.StatusBadRequest},
	} {
		t.Run(what, func(t *testing.T) {
			connection := mustSend(t, h.Server.Server, "POST /invocations HTTP/1.1\r\n"+test.fields+"\r\n"+smuggled)
			if err := connection.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(connection)
			if err != nil {
				t.Errorf("the connection does not end: %v", err)
			}
			if want := fmt.Sprintf("HTTP/1.1 %d ", test.status); !strings.HasPrefix(string(text), want) {
				t.Errorf("the answer is %q, want one that begins with %q", text, want)
			}
			if got := strings.Count(string(text), "HTTP/1.1 "); got != 1 {
				t.Errorf("there are %d answers, want 1:\n%s", got, text)
			}
		})
	}
}
