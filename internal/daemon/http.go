package daemon

import (
	"net/http"
	"sync/atomic"
)

// HTTP is net/http's server with a gentler end. Once a drain has begun, every answer
// tells its client to close the connection. The next connection then goes to another
// server, through a load balancer. net/http alone would close idle connections, and a
// request that a client sends at that moment would be lost.
type HTTP struct {
	*http.Server
	leaving atomic.Bool
}

// NewHTTP makes a server that calls handler for each request to get the request's
// handler, which may therefore be set later.
func NewHTTP(server *http.Server, handler func() http.Handler) *HTTP {
	h := &HTTP{Server: server}
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.leaving.Load() {
			w.Header().Set("Connection", "close")
		}
		handler().ServeHTTP(w, r)
	})
	return h
}

// Leave begins the drain.
func (h *HTTP) Leave() { h.leaving.Store(true) }
