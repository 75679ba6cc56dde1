// Package protocol writes a film as a request of each protocol that the model server
// speaks, and reads the probability from the answer.
package protocol

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"pneumoscope/bench/film"
)

// Tolerance is how far an answer may be from TensorFlow's own. Other batch sizes and
// other kernels make a difference of about a millionth.
const Tolerance = 1e-5

// Protocol is a way to request the probability of a film.
type Protocol struct {
	Name string // for people
	Key  string // for programs
	// Request is a whole HTTP request for one film, head and body.
	Request func(host string, film film.Film) []byte
	// Probability reads the answer's body.
	Probability func(body []byte) (float64, error)
}

// Requests writes one request for each film.
func (p Protocol) Requests(host string, films []film.Film) [][]byte {
	requests := make([][]byte, len(films))
	for i, f := range films {
		requests[i] = p.Request(host, f)
	}
	return requests
}

// Check returns a function that compares the answer to a film's request with the
// wanted probability.
func (p Protocol) Check(want []float64) func(film int, body []byte) error {
	return func(film int, body []byte) error {
		got, err := p.Probability(body)
		if err != nil {
			return err
		}
		if !(math.Abs(got-want[film]) <= Tolerance) {
			return fmt.Errorf("film %d has probability %.7f instead of %.7f", film+1, got, want[film])
		}
		return nil
	}
}

// MLflow is `mlflow models serve`'s protocol.
func MLflow() Protocol {
	return Protocol{
		Name: "MLflow /invocations, JSON", Key: "mlflow",
		Request: func(host string, f film.Film) []byte {
			return post(host, "/invocations", "application/json", "", nested(`{"inputs": `, f, "}"))
		},
		Probability: predictions,
	}
}

// TFServing is TensorFlow Serving's REST protocol.
func TFServing(model string) Protocol {
	return Protocol{
		Name: "TensorFlow Serving REST, JSON", Key: "tfserving",
		Request: func(host string, f film.Film) []byte {
			return post(host, "/v1/models/"+model+":predict", "application/json", "", nested(`{"instances": `, f, "}"))
		},
		Probability: predictions,
	}
}

var errNoProbability = errors.New("the answer has no probability in it")

// predictions reads {"predictions": [[0.93]]}.
func predictions(body []byte) (float64, error) {
	var answer struct {
		Predictions [][]float64 `json:"predictions"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return 0, errNoProbability
	}
	if len(answer.Predictions) != 1 || len(answer.Predictions[0]) != 1 {
		return 0, errNoProbability
	}
	return answer.Predictions[0][0], nil
}

// nested writes a batch of one film as Python's json.dumps does, which is what most
// clients of these protocols use.
func nested(before string, f film.Film, after string) []byte {
	body := append([]byte(before), "[["...)
	for row := range f.Side {
		if row > 0 {
			body = append(body, ", "...)
		}
		body = append(body, '[')
		for column, grey := range f.Pixels[row*f.Side : (row+1)*f.Side] {
			if column > 0 {
				body = append(body, ", "...)
			}
			body = fmt.Appendf(body, "[%d]", grey)
		}
		body = append(body, ']')
	}
	return append(append(body, "]]"...), after...)
}

// post writes a request. fields are further lines of its head.
func post(host, path, contentType, fields string, body []byte) []byte {
	head := fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n", path, host, contentType, len(body), fields)
	return append(head, body...)
}
