package web

import (
	"math"
	"strconv"
	"sync"

	"github.com/gofiber/fiber/v2"

	"pneumoscope/frontend/internal/phantom"
)

// phantomSteps is the number of steps from opacity 0 to 1. There are few, so that each film can be drawn once and kept.
const phantomSteps = 10

// phantoms draws films for visitors who have none at hand.
type phantoms [phantomSteps + 1]func() ([]byte, error)

func newPhantoms() phantoms {
	var drawn phantoms
	for i := range drawn {
		drawn[i] = sync.OnceValues(func() ([]byte, error) {
			return phantom.PNG(phantom.Draw(phantom.Config{Seed: 1, Width: 480, Height: 560, Opacity: float64(i) / phantomSteps}))
		})
	}
	return drawn
}

// drawPhantom answers a drawn film with the requested opacity, rounded to a tenth.
func (s *server) drawPhantom(c *fiber.Ctx) error {
	opacity, err := strconv.ParseFloat(c.Query("opacity", "0"), 64)
	if err != nil || !(opacity >= 0 && opacity <= 1) { // so NaN is refused too
		return &fault{Code: CodeBadOpacity}
	}
	picture, err := s.phantoms[int(math.Round(opacity*phantomSteps))]()
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=86400")
	c.Set(fiber.HeaderContentType, "image/png")
	return c.Send(picture)
}
