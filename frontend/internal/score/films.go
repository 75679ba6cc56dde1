// Package score asks the model server for the probabilities of prepared films.
package score

import (
	"context"
	"errors"

	"pneumoscope/frontend/internal/xray"
	"pneumoscope/modelserver/api"
)

// Signature is the name of the model's function that returns everything the page shows.
const Signature = "explain"

// Scores are the model's answer.
type Scores struct {
	ModelID       string // "" from MLflow's own server
	Probabilities []float64
	Outputs       map[string]api.Float64Tensor // all that the model answered
}

// Films asks for the scores of all films in one call. The error comes from the client, or says why the answer cannot be
// used.
func Films(ctx context.Context, client *api.Client, films []*xray.Film, requestID string) (Scores, error) {
	pixels := make([]uint8, 0, len(films)*xray.Side*xray.Side)
	for _, film := range films {
		pixels = append(pixels, film.Pixels...)
	}
	predictions, err := client.Invoke(ctx, api.Invocation{
		SignatureName: Signature,
		Inputs:        api.Uint8Tensor{Shape: []int{len(films), xray.Side, xray.Side, 1}, Data: pixels},
		RequestID:     requestID,
	})
	if err != nil {
		return Scores{}, err
	}
	probabilities, err := probabilitiesOf(predictions, len(films))
	return Scores{predictions.ModelID, probabilities, predictions.Outputs}, err
}

// probabilitiesOf takes the n probabilities out of an answer: the output
// "probability", or the one unnamed output of MLflow's own server.
func probabilitiesOf(predictions *api.Predictions, n int) ([]float64, error) {
	output, ok := predictions.Outputs["probability"]
	if !ok {
		output, ok = predictions.Outputs[""]
	}
	if !ok {
		return nil, errors.New("the answer has no output that is a probability")
	}
	if len(output.Data) != n || len(output.Shape) == 0 || output.Shape[0] != n {
		return nil, errors.New("the answer has not one probability for each film")
	}
	for _, p := range output.Data {
		if !(p >= 0 && p <= 1) {
			return nil, errors.New("the answer has a probability outside 0 to 1")
		}
	}
	return output.Data, nil
}
