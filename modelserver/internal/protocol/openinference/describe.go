package openinference

import (
	"maps"
	"net/http"
	"slices"

	"pneumoscope/modelserver/internal/httpserver"
	"pneumoscope/modelserver/internal/model"
)

// describeServer is GET /v2.
func (p *Protocol) describeServer(w http.ResponseWriter, _ *http.Request) *fault {
	return httpserver.AnswerJSON(w, struct {
		Name       string   `json:"name"`
		Version    string   `json:"version"`
		Extensions []string `json:"extensions"`
	}{"pneumoscope", p.version, []string{"binary_tensor_data"}})
}

// modelMetadata is the answer of GET /v2/models/{model}.
type modelMetadata struct {
	Name     string           `json:"name"`
	Versions []string         `json:"versions,omitempty"`
	Platform string           `json:"platform"`
	Inputs   []tensorMetadata `json:"inputs"`
	Outputs  []tensorMetadata `json:"outputs"`
}

type tensorMetadata struct {
	Name     string `json:"name"`
	Datatype string `json:"datatype"`
	Shape    []int  `json:"shape"`
}

func (p *Protocol) describeModel(of address) httpserver.Answer {
	return func(w http.ResponseWriter, _ *http.Request) *fault {
		lease := p.predictor.Acquire()
		defer lease.Release()
		if f := of.check(lease.Model.Info()); f != nil {
			return f
		}
		return httpserver.AnswerJSON(w, describe(lease.Model))
	}
}

// describe describes the function that runs when a request names none.
func describe(m *model.Model) modelMetadata {
	info, function := m.Info(), m.Function("")
	signature := info.Signatures[function.Name()]
	described := modelMetadata{Name: nameOf(info), Platform: "tensorflow_savedmodel"}
	if info.Version != "" {
		described.Versions = []string{info.Version}
	}
	for _, input := range function.Inputs() {
		described.Inputs = append(described.Inputs, tensorMetadata{inputName(input, signature), datatypeOf(input.DType), shapeOf(input.Shape, input.UnknownRank)})
	}
	for _, name := range slices.Sorted(maps.Keys(signature.Outputs)) {
		output := signature.Outputs[name]
		described.Outputs = append(described.Outputs, tensorMetadata{name, datatypeOf(output.DType), shapeOf(output.Shape, output.UnknownRank)})
	}
	return described
}

// inputName is the name of an input in requests: MLflow's, or the SavedModel's for
// the only input of a signature without names.
func inputName(input model.Input, signature model.Signature) string {
	if input.Name == "" {
		for name := range signature.Inputs {
			return name
		}
	}
	return input.Name
}

// shapeOf describes a tensor of unknown rank with one axis of any length, because the
// protocol cannot express an unknown rank.
func shapeOf(shape []int, unknownRank bool) []int {
	switch {
	case unknownRank:
		return []int{-1}
	case shape == nil:
		return []int{}
	}
	return shape
}

func (p *Protocol) modelReady(of address) httpserver.Answer {
	return func(w http.ResponseWriter, _ *http.Request) *fault {
		info := p.predictor.Info()
		if f := of.check(info); f != nil {
			return f
		}
		return httpserver.AnswerJSON(w, struct {
			Name  string `json:"name"`
			Ready bool   `json:"ready"`
		}{nameOf(info), true}) // only a model that has been checked is served
	}
}
