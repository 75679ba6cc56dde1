package openinference

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"pneumoscope/modelserver/api"
	"pneumoscope/modelserver/internal/bundle"
	"pneumoscope/modelserver/internal/endpoint"
	"pneumoscope/modelserver/internal/mlruns"
	"pneumoscope/modelserver/internal/tensor"
)

// describeServer is GET /v2.
func (p *Protocol) describeServer(w http.ResponseWriter, _ *http.Request) *fault {
	return answer(w, struct {
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

func (p *Protocol) describeModel(of address) endpoint.Answer {
	return func(w http.ResponseWriter, _ *http.Request) (f *fault) {
		p.predictor.With(func(model *bundle.Model) {
			if f = of.check(model.Info()); f == nil {
				f = answer(w, describe(model))
			}
		})
		return f
	}
}

// describe tells of the function that runs when a request names none.
func describe(model *bundle.Model) modelMetadata {
	info, function := model.Info(), model.Function("")
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
		described.Outputs = append(described.Outputs, tensorMetadata{name, datatypeOf(tensor.DType(output.DType)), shapeOf(output.Shape, output.Shape == nil)})
	}
	return described
}

// inputName is what requests call an input: MLflow's name, or the SavedModel's
// for the one input of a signature that MLflow left without names.
func inputName(input mlruns.Input, signature api.Signature) string {
	if input.Name == "" {
		for name := range signature.Inputs {
			return name
		}
	}
	return input.Name
}

// shapeOf gives a tensor of any rank one axis of any length, because the
// protocol has no word for it.
func shapeOf(shape []int, unknownRank bool) []int {
	switch {
	case unknownRank:
		return []int{-1}
	case shape == nil:
		return []int{}
	}
	return shape
}

func (p *Protocol) modelReady(of address) endpoint.Answer {
	return func(w http.ResponseWriter, _ *http.Request) *fault {
		info := p.predictor.Model()
		if f := of.check(info); f != nil {
			return f
		}
		return answer(w, struct {
			Name  string `json:"name"`
			Ready bool   `json:"ready"`
		}{nameOf(info), true}) // what is served has proven itself
	}
}

func answer(w http.ResponseWriter, value any) *fault {
	body, err := json.Marshal(value)
	if err != nil {
		return &fault{Status: http.StatusInternalServerError, Message: "The model cannot be described.", Err: err}
	}
	endpoint.WriteJSON(w, http.StatusOK, body)
	return nil
}
