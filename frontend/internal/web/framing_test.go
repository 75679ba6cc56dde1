package web

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Two servers in a row may read such a request in two ways, and take a part of it for a second request. It is refused
// once, and its connection ends.
func TestARequestWithTwoReadingsIsRefused(t *testing.T) {
	s := startSite(t, startModel(t).URL)
	const smuggled = "GET /phantom.png HTTP/1.1\r\nHost: x\r\n\r\n"
	for what, fields := range map[string]string{
		"two lengths, the first longer":    fmt.Sprintf("Host: x\r\nContent-Length: %d\r\nContent-Length: 0\r\n", len(smuggled)),
		"two lengths, the first shorter":   fmt.Sprintf("Host: x\r\nContent-Length: 0\r\nContent-Length: %d\r\n", len(smuggled)),
		"a list of lengths":                "Host: x\r\nContent-Length: 0, 5\r\n",
		"a hexadecimal length":             "Host: x\r\nContent-Length: 0x0\r\n",
		"the transfer encoding identity":   "Host: x\r\nTransfer-Encoding: identity\r\nContent-Length: 0\r\n",
		"an unknown transfer encoding":     "Host: x\r\nTransfer-Encoding: xchunked\r\nContent-Length: 0\r\n",
		"a blank before the colon":         "Host: x\r\nTransfer-Encoding : chunked\r\nContent-Length: 0\r\n",
		"two hosts":                        "Host: x\r\nHost: y\r\nContent-Length: 0\r\n",
		"NUL in a value":                   "Host: x\r\nX: a\x00b\r\nContent-Length: 0\r\n",
		"a carriage return within a value": "Host: x\r\nX: a\rTransfer-Encoding: chunked\r\nContent-Length: 0\r\n",
		"a chunked body that has a length": "Host: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n",
	} {
		t.Run(what, func(t *testing.T) {
			statuses, err := exchange(s.Address, "POST /predict HTTP/1.1\r\n"+fields+"\r\n"+smuggled)
			if err != nil {
				t.Errorf("the connection does not end: %v", err)
			}
			if diff := cmp.Diff([]int{http.StatusBadRequest}, statuses); diff != "" {
				t.Errorf("the statuses of its answers differ (-want +got):\n%s", diff)
			}
		})
	}
	lackText(t, "the log, if no second request was read", s.log.String(), "/phantom.png")
}

// exchange sends bytes and returns the statuses of all answers, until the server closes the connection.
func exchange(address, sent string) (statuses []int, err error) {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	if err := connection.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return nil, err
	}
	if _, err := io.WriteString(connection, sent); err != nil {
		return nil, err
	}
	for reader := bufio.NewReader(connection); ; {
		if _, err := reader.Peek(1); errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
			return statuses, nil
		}
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			return statuses, err
		}
		_, err = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		if err != nil {
			return statuses, err
		}
		statuses = append(statuses, response.StatusCode)
	}
}
