package web

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"pneumoscope/frontend/api"
	modelserver "pneumoscope/modelserver/api"
)

// showModel answers the loaded model's card as the model server has it. The model's location is left out.
func (s *server) showModel(c *fiber.Ctx) error {
	model, err := s.cfg.Client.Model(c.UserContext())
	if errors.Is(err, modelserver.ErrNoModelCard) {
		return &fault{Code: CodeNoModelCard}
	}
	if err != nil {
		return modelFault(err)
	}
	if len(model.Card) == 0 {
		return &fault{Code: CodeNoModelCard}
	}
	noStore(c)
	return c.JSON(api.ModelCard{
		Model:  api.Model{ID: model.ID, Name: model.Name, Version: model.Version},
		Card:   model.Card,
		Notice: s.texts(c).NoticeInFull,
	})
}
