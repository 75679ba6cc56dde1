package tfserving

import (
	"net/http"
	"strconv"
	"strings"

	"pneumoscope/modelserver/internal/httpserver"
	"pneumoscope/modelserver/internal/savedmodel"
	"pneumoscope/modelserver/internal/tensor"
)

// The answer has the form of TensorFlow's SignatureDef in protobuf's JSON: 64-bit
// numbers are strings, and empty fields are present.
type (
	metadata struct {
		Spec     modelSpec `json:"model_spec"`
		Metadata struct {
			Map signatureMap `json:"signature_def"`
		} `json:"metadata"`
	}
	modelSpec struct {
		Name          string `json:"name"`
		SignatureName string `json:"signature_name"`
		Version       string `json:"version"`
	}
	signatureMap struct {
		Signatures map[string]signatureDef `json:"signature_def"`
	}
	signatureDef struct {
		Inputs     map[string]tensorInfo `json:"inputs"`
		Outputs    map[string]tensorInfo `json:"outputs"`
		MethodName string                `json:"method_name"`
	}
	tensorInfo struct {
		DType string      `json:"dtype"`
		Shape tensorShape `json:"tensor_shape"`
		Name  string      `json:"name"`
	}
	tensorShape struct {
		Dim         []dimension `json:"dim"`
		UnknownRank bool        `json:"unknown_rank"`
	}
	dimension struct {
		Size string `json:"size"`
		Name string `json:"name"`
	}
)

// metadata is GET /v1/models/NAME/metadata. It leaves out signatures that cannot be
// served.
func (p *Protocol) metadata(w http.ResponseWriter, t target) *fault {
	lease := p.predictor.Acquire()
	defer lease.Release()
	served := servableOf(lease.Model.Info())
	if f := served.check(t); f != nil {
		return f
	}
	var described metadata
	described.Spec = modelSpec{Name: served.name, Version: served.version}
	described.Metadata.Map.Signatures = map[string]signatureDef{}
	for _, function := range lease.Model.Functions() {
		d := function.Definition()
		described.Metadata.Map.Signatures[function.Name()] = signatureDef{Inputs: tensorInfos(d.Inputs), Outputs: tensorInfos(d.Outputs), MethodName: d.Method}
	}
	return httpserver.AnswerJSON(w, described)
}

func tensorInfos(ends map[string]savedmodel.End) map[string]tensorInfo {
	infos := make(map[string]tensorInfo, len(ends))
	for name, end := range ends {
		info := tensorInfo{DType: protoType(end.DType), Name: end.Name, Shape: tensorShape{Dim: []dimension{}, UnknownRank: end.UnknownRank}}
		for _, axis := range end.Shape {
			info.Shape.Dim = append(info.Shape.Dim, dimension{Size: strconv.Itoa(axis)})
		}
		infos[name] = info
	}
	return infos
}

// protoType is an element type's name in TensorFlow's protocol buffers.
func protoType(dtype tensor.DType) string {
	return "DT_" + strings.ToUpper(typeName(dtype))
}
