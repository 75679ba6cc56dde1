package daemon

import (
	"net/http"
	"sync/atomic"
)

// HTTP is net/http's server with a gentler end. From the start of a drain every
// answer asks its client to open a new connection, which a load balancer opens
// elsewhere. net/http alone closes connections once they are idle: a client may be
// sending the next request at that moment, and would lose it.
type HTTP struct {
	*http.Server
	leaving atomic.Bool
}

// NewHTTP makes a server that calls handler for each request: the handler it
// returns may be set after the server is made.
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
