package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestHealthcheckAsks(t *testing.T) {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/readyz" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer service.Close()
	tests := []struct {
		name, address, says string
	}{
		{"a service that is ready", service.URL + "/readyz", ""},
		{"a service that is not", service.URL + "/", "it answers 503"},
		{"a port where nobody listens", "http://" + closedPort(t) + "/readyz", "connect: "},
		{"something that does not speak HTTP", "http://" + babbling(t) + "/readyz", "the answer is not HTTP"},
		{"something that says nothing", "http://" + silent(t) + "/readyz", "read the answer: "},
		{"an address without a port", "http://localhost/readyz", "want an address"},
		{"an address with another scheme", "https://localhost:1/readyz", "want an address"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := ask(test.address, 200*time.Millisecond)
			switch {
			case test.says == "" && err != nil:
				t.Errorf("it says %v", err)
			case test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)):
				t.Errorf("it says %v, want %q", err, test.says)
			}
		})
	}
}

func closedPort(t *testing.T) string {
	listener := mustListen(t)
	defer listener.Close()
	return listener.Addr().String()
}

func babbling(t *testing.T) string {
	listener := mustListen(t)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = connection.Write([]byte("+OK 200 ready\r\n"))
			connection.Close()
		}
	}()
	return listener.Addr().String()
}

func silent(t *testing.T) string { return mustListen(t).Addr().String() }

func mustListen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}
