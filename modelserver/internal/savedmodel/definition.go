package savedmodel

import (
	"github.com/wamuir/graft/tensorflow/core/protobuf/for_core_protos_go_proto"

	"pneumoscope/modelserver/internal/tensor"
)

// Definition is a signature as the SavedModel defines it.
type Definition struct {
	Method          string         // such as tensorflow/serving/predict
	Inputs, Outputs map[string]End // by the signature's name
}

// End is an input or output of the graph.
type End struct {
	tensor.Spec
	Name string // in the graph, such as x:0
}

// Definition returns the SavedModel's definition of a signature; ok is false when
// the model has no servable signature of that name.
func (m *Model) Definition(signature string) (definition Definition, ok bool) {
	s, ok := m.signatures[signature]
	if !ok {
		return Definition{}, false
	}
	return s.definition, true
}

func define(def *for_core_protos_go_proto.SignatureDef, inputs, outputs map[string]tensor.Spec) Definition {
	return Definition{Method: def.GetMethodName(), Inputs: ends(def.GetInputs(), inputs), Outputs: ends(def.GetOutputs(), outputs)}
}

func ends(infos map[string]*for_core_protos_go_proto.TensorInfo, specs map[string]tensor.Spec) map[string]End {
	all := make(map[string]End, len(infos))
	for name, info := range infos {
		all[name] = End{Spec: specs[name], Name: info.GetName()}
	}
	return all
}
