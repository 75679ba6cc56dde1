package daemon

import (
	"net/http"
	"sync/atomic"
)

// HTTP is net/http's server with a gentler end: from the first moment of a
// drain every answer asks its client to open a new connection, which a load
// balancer will open elsewhere. A connection that is only closed once it is idle
// may be in use again at that very moment, and a request would be cut.
type HTTP struct {
	*http.Server
	leaving atomic.Bool
}

// NewHTTP answers by handler, which may be set later than the server is made.
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

// Leave is told that the drain begins.
func (h *HTTP) Leave() { h.leaving.Store(true) }
