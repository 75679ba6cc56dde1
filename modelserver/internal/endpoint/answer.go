package endpoint

import "net/http"

// Answer writes the answer to a request, or says why there is none.
type Answer = func(http.ResponseWriter, *http.Request) *Fault

// Allow lets one method through and answers the others as refuse says. HEAD
// counts as GET: a prober that asks for less must not be refused.
func Allow(method string, answer, refuse Answer) Answer {
	return func(w http.ResponseWriter, r *http.Request) *Fault {
		if r.Method == method || r.Method == http.MethodHead && method == http.MethodGet {
			return answer(w, r)
		}
		w.Header().Set("Allow", method)
		return refuse(w, r)
	}
}

// Fixed always answers the same.
func Fixed(status int, body string) Answer {
	return func(w http.ResponseWriter, _ *http.Request) *Fault {
		WriteJSON(w, status, []byte(body))
		return nil
	}
}

// WriteJSON sends a body whole. A client that has gone is nobody's fault.
func WriteJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
