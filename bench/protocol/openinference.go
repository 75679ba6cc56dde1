package protocol

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"

	"pneumoscope/bench/film"
)

// OpenInference is the Open Inference Protocol V2 over REST with its binary
// tensor extension: the raw pixels follow the JSON, and the answer has its number
// in the same form.
func OpenInference(model, input string) Protocol {
	return Protocol{
		Name: "Open Inference V2, binary", Key: "v2",
		Request: func(host string, f film.Film) []byte {
			head := fmt.Appendf(nil, `{"inputs":[{"name":%q,"shape":[1,%d,%d,1],"datatype":"UINT8","parameters":{"binary_data_size":%d}}],"parameters":{"binary_data_output":true}}`,
				input, f.Side, f.Side, len(f.Pixels))
			fields := fmt.Sprintf("Inference-Header-Content-Length: %d\r\n", len(head))
			return post(host, "/v2/models/"+model+"/infer", "application/octet-stream", fields, append(head, f.Pixels...))
		},
		Probability: inferred,
	}
}

// inferred reads an answer with one number, which follows the JSON or is in it.
func inferred(body []byte) (float64, error) {
	var answer struct {
		Outputs []struct {
			Datatype   string          `json:"datatype"`
			Data       json.RawMessage `json:"data"`
			Parameters struct {
				BinaryDataSize int `json:"binary_data_size"`
			} `json:"parameters"`
		} `json:"outputs"`
	}
	// The decoder finds the end of the JSON, so its length need not be known.
	decoder := json.NewDecoder(bytes.NewReader(body))
	if err := decoder.Decode(&answer); err != nil || len(answer.Outputs) != 1 || answer.Outputs[0].Datatype != "FP32" {
		return 0, errNoProbability
	}
	output, rest := answer.Outputs[0], body[decoder.InputOffset():]
	if output.Parameters.BinaryDataSize == 4 && len(rest) == 4 {
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(rest))), nil
	}
	var numbers []float64
	if json.Unmarshal(output.Data, &numbers) != nil || len(numbers) != 1 {
		return 0, errNoProbability
	}
	return numbers[0], nil
}
