package readiness

import (
	"fmt"

	"pneumoscope/frontend/internal/score"
	"pneumoscope/frontend/internal/xray"
	"pneumoscope/modelserver/api"
)

// SizeError says that the model takes films of another size than this program prepares.
type SizeError struct{ Height, Width int }

func (e *SizeError) Error() string {
	return fmt.Sprintf("the model takes films of %dx%d pixels, this frontend prepares %dx%d: start the frontend that belongs to the model, or another model",
		e.Width, e.Height, xray.Side, xray.Side)
}

// Reason lets /readyz show the error. Other errors stay in the log.
func (e *SizeError) Reason() string { return e.Error() }

// sizeError checks the only input of the function that scores films. It returns nil when films fit, and also for a
// signature that does not look like one for films.
func sizeError(signatures map[string]api.Signature) *SizeError {
	signature, ok := signatures[score.Signature]
	if !ok {
		signature = signatures["serving_default"]
	}
	if len(signature.Inputs) != 1 {
		return nil
	}
	for _, input := range signature.Inputs {
		if len(input.Shape) < 3 { // films, height, width, and perhaps channels
			return nil
		}
		height, width := input.Shape[1], input.Shape[2]
		fits := func(side int) bool { return side == xray.Side || side == -1 }
		if !fits(height) || !fits(width) {
			return &SizeError{Height: height, Width: width}
		}
	}
	return nil
}
