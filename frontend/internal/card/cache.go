package card

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"pneumoscope/modelserver/api"
)

// timeout limits the wait for a card. Without a card an answer still has its number, but no words.
const timeout = 2 * time.Second

// Model is the model that gave an answer.
type Model struct {
	ID, Name, Version string
	Card              *Card // nil: it has none, or one that cannot be used
}

// Cache remembers the card of the model that answered last. It is safe for concurrent use.
type Cache struct {
	client  *api.Client
	fetches singleflight.Group // by model id
	mu      sync.Mutex
	last    *Model // guarded by mu
}

// NewCache returns a cache that asks the client's model server.
func NewCache(client *api.Client) *Cache { return &Cache{client: client} }

// Of returns the model with this id, which came with an answer. MLflow's own server sends no id: for "" Of returns nil
// and fetches nothing. If there is an error, it says why there is no card, and the model is returned without one. The
// next call fetches a card again if it could not be fetched, but not if it could not be read.
func (c *Cache) Of(ctx context.Context, id string) (*Model, error) {
	if id == "" {
		return nil, nil
	}
	if model := c.remembered(id); model != nil {
		return model, nil
	}
	fetched := c.fetches.DoChan(id, func() (any, error) {
		// Several requests may wait for this fetch, so it must not end with the context of the first one.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
		defer cancel()
		return c.fetchSafely(ctx, id)
	})
	select {
	case result := <-fetched:
		return result.Val.(*Model), result.Err
	case <-ctx.Done():
		return &Model{ID: id}, fmt.Errorf("ask for the model's card: %w", ctx.Err())
	}
}

// fetchSafely is fetch, but turns a panic into an error. A fetch runs in its own goroutine, so a panic there would end
// the process. The panic's value is dropped, because it may quote the card.
func (c *Cache) fetchSafely(ctx context.Context, id string) (model *Model, err error) {
	defer func() {
		if recover() != nil {
			model, err = &Model{ID: id}, errors.New("reading the model's card panicked")
		}
	}()
	return c.fetch(ctx, id)
}

// fetch always returns a model.
func (c *Cache) fetch(ctx context.Context, id string) (*Model, error) {
	answer, err := c.client.Model(ctx)
	switch {
	case errors.Is(err, api.ErrNoModelCard):
		return &Model{ID: id}, nil
	case err != nil:
		return &Model{ID: id}, fmt.Errorf("ask for the model's card: %w", err)
	case answer.ID != id:
		// The model was replaced just now. One model's number must not get another model's words.
		return &Model{ID: id}, errors.New("the card is of another model than the answer")
	}
	model := &Model{ID: answer.ID, Name: answer.Name, Version: answer.Version}
	if len(answer.Card) > 0 {
		if model.Card, err = Parse(answer.Card); err != nil {
			err = fmt.Errorf("read the model's card: %w", err)
		}
	}
	c.mu.Lock()
	c.last = model // even if its card is unusable: another fetch would return the same card
	c.mu.Unlock()
	return model, err
}

func (c *Cache) remembered(id string) *Model {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last != nil && c.last.ID == id {
		return c.last
	}
	return nil
}
