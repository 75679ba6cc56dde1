package card

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pneumoscope/modelserver/api"
)

// server answers GET /model with its current answer, and counts the requests.
type server struct {
	answer atomic.Value // of type answer
	asked  atomic.Int64
}

type answer struct {
	status int
	body   string
	wait   time.Duration
}

const goodCard = `{"operating_points": [{"name": "screening", "threshold": 0.1}, {"name": "confirming", "threshold": 0.9}]}`

func startServer(t *testing.T, a answer) (*server, *Cache) {
	t.Helper()
	s := &server{}
	s.answer.Store(a)
	listening := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s.asked.Add(1)
		a := s.answer.Load().(answer)
		time.Sleep(a.wait)
		w.WriteHeader(a.status)
		fmt.Fprint(w, a.body)
	}))
	t.Cleanup(listening.Close)
	client, err := api.NewClient(api.ClientConfig{Address: listening.URL})
	if err != nil {
		t.Fatal(err)
	}
	return s, NewCache(client)
}

func named(id, card string) answer {
	return answer{200, fmt.Sprintf(`{"id": %q, "name": "pneumonia", "version": "3", "card": %s}`, id, card), 0}
}

// The card must belong to the model that answered: words from another model's card would be worse than none.
func TestAnotherModelsCardIsNotUsed(t *testing.T) {
	c := &Cache{last: &Model{ID: "m-1"}}
	if c.remembered("m-2") != nil {
		t.Error("the card of m-1 is taken for that of m-2")
	}
	_, cards := startServer(t, named("m-1", goodCard))
	got, err := cards.Of(t.Context(), "m-2")
	if err == nil {
		t.Error("nothing is said of a card of another model")
	}
	if diff := cmp.Diff(&Model{ID: "m-2"}, got); diff != "" {
		t.Errorf("the model (-want +got):\n%s", diff)
	}
}

func TestACardIsFetchedOnceAndAgainAfterAFailure(t *testing.T) {
	broken := named("m-1", `{"operating_points": []}`)
	tests := []struct {
		name    string
		answer  answer
		fetches int64 // in three calls
		errors  int
		model   *Model
	}{
		{"a card", named("m-1", goodCard), 1, 0, &Model{ID: "m-1", Name: "pneumonia", Version: "3", Card: &Card{}}},
		{"a card that cannot be used", broken, 1, 1, &Model{ID: "m-1", Name: "pneumonia", Version: "3"}},
		{"a model without a card", answer{200, `{"id": "m-1"}`, 0}, 1, 0, &Model{ID: "m-1"}},
		{"a server without descriptions", answer{404, "", 0}, 3, 0, &Model{ID: "m-1"}},
		{"a server that is too busy", answer{503, "", 0}, 3, 3, &Model{ID: "m-1"}},
		{"another model's card", named("m-2", goodCard), 3, 3, &Model{ID: "m-1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server, cards := startServer(t, test.answer)
			failed := 0
			for range 3 {
				model, err := cards.Of(t.Context(), "m-1")
				if err != nil {
					failed++
				}
				if diff := cmp.Diff(test.model, model, cmpopts.IgnoreTypes(Lines{}), cmpopts.IgnoreFields(Card{}, "Points"), cmpopts.IgnoreUnexported(Card{})); diff != "" {
					t.Errorf("the model (-want +got):\n%s", diff)
				}
			}
			if got := server.asked.Load(); got != test.fetches {
				t.Errorf("it is fetched %d times, want %d", got, test.fetches)
			}
			if failed != test.errors {
				t.Errorf("there are %d errors, want %d", failed, test.errors)
			}
		})
	}
}

func TestMLflowsOwnServerIsNotAskedForACard(t *testing.T) {
	server, cards := startServer(t, named("m-1", goodCard))
	model, err := cards.Of(t.Context(), "")
	if model != nil {
		t.Errorf("the model is %+v", model)
	}
	if err != nil {
		t.Error(err)
	}
	if got := server.asked.Load(); got != 0 {
		t.Errorf("it is asked %d times", got)
	}
}

// The fetch has a goroutine of its own: a panic there would end the process.
func TestAPanicDuringTheFetchIsAnError(t *testing.T) {
	cards := NewCache(nil) // no client: the fetch panics
	for range 2 {
		model, err := cards.Of(t.Context(), "m-1")
		if want := "reading the model's card panicked"; err == nil || err.Error() != want {
			t.Errorf("the error is %v, want %q", err, want)
		}
		if diff := cmp.Diff(&Model{ID: "m-1"}, model); diff != "" {
			t.Errorf("the model (-want +got):\n%s", diff)
		}
	}
}

func TestConcurrentRequestsFetchOneCardOnce(t *testing.T) {
	slow := named("m-1", goodCard)
	slow.wait = 100 * time.Millisecond
	server, cards := startServer(t, slow)
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if model, err := cards.Of(t.Context(), "m-1"); err != nil || model.Card == nil {
				t.Errorf("the model is %+v, %v", model, err)
			}
		})
	}
	all.Wait()
	if got := server.asked.Load(); got != 1 {
		t.Errorf("it is fetched %d times", got)
	}
}
