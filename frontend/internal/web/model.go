package web

import (
	"encoding/json"
	"errors"

	"github.com/gofiber/fiber/v2"

	"pneumoscope/modelserver/api"
)

// modelJSON says which model a number is from.
type modelJSON struct {
	ID      string `json:"id"`
	Name    string `json:"name,omitempty"`
	Version string `json:"version,omitempty"`
}

// cardJSON is the answer of GET /model.
type cardJSON struct {
	modelJSON
	Card   json.RawMessage `json:"card"`
	Notice string          `json:"notice"`
}

// showModel answers the loaded model's card as the model server has it. Where
// the model lies is not part of it.
func (s *server) showModel(c *fiber.Ctx) error {
	model, err := s.cfg.Client.Model(c.UserContext())
	if errors.Is(err, api.ErrNoModelCard) {
		return &fault{Code: CodeNoModelCard}
	}
	if err != nil {
		return modelFault(err)
	}
	if len(model.Card) == 0 {
		return &fault{Code: CodeNoModelCard}
	}
	noStore(c)
	return c.JSON(cardJSON{
		modelJSON: modelJSON{ID: model.ID, Name: model.Name, Version: model.Version},
		Card:      model.Card,
		Notice:    s.texts(c).NoticeInFull,
	})
}
