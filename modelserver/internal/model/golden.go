package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"pneumoscope/modelserver/internal/tensor"
)

// ErrGolden means that the model does not compute what its exporter computed.
var ErrGolden = errors.New("the model does not reproduce its golden outputs")

// maxGolden limits golden.json, which is read into memory.
const maxGolden = 64 << 20

// golden is golden.json: inputs drawn by the exporter, and the outputs that the
// exported model computed from them.
type golden struct {
	SignatureName string  `json:"signature_name"`
	Tolerance     float64 `json:"tolerance"`
	Inputs        struct {
		Shape  []int        `json:"shape"`
		DType  tensor.DType `json:"dtype"`
		Base64 []byte       `json:"base64"`
	} `json:"inputs"`
	Outputs map[string]struct {
		Shape []int     `json:"shape"`
		Data  []float64 `json:"data"`
	} `json:"outputs"`
}

func readGolden(dir string) (*golden, error) {
	text, err := readBounded(dir, "golden.json", maxGolden)
	if text == nil || err != nil {
		return nil, err
	}
	var g golden
	if err := json.Unmarshal(text, &g); err != nil {
		return nil, fmt.Errorf("golden.json cannot be read: %w", err)
	}
	bytes, ok := tensor.Bytes(g.Inputs.DType, g.Inputs.Shape)
	if len(g.Outputs) == 0 || !ok || bytes != len(g.Inputs.Base64) {
		return nil, errors.New("golden.json is incomplete: its inputs do not fill their shape, or it has no outputs")
	}
	return &g, nil
}

// Prove runs the golden inputs and compares every output. proven is false for a
// model without golden inputs. Prove also warms the model up: the first run of a
// session is its slowest.
func (m *Model) Prove() (proven bool, err error) {
	if m.golden == nil {
		return false, nil
	}
	f, ok := m.functions[m.golden.SignatureName]
	if !ok {
		return false, fmt.Errorf("%w: golden.json names the signature %q, which the model has not", ErrGolden, m.golden.SignatureName)
	}
	if len(f.inputs) != 1 {
		return false, fmt.Errorf("%w: golden.json has one input and %q takes %d", ErrGolden, f.name, len(f.inputs))
	}
	if spec, ok := f.accepts(m.golden.Inputs.DType, m.golden.Inputs.Shape); !ok {
		return false, fmt.Errorf("%w: the input in golden.json is %s and %q takes %s", ErrGolden,
			tensor.Spec{DType: m.golden.Inputs.DType, Shape: m.golden.Inputs.Shape}, f.name, spec)
	}
	outputs, err := f.Run(map[string]tensor.Tensor{f.inputs[0].Name: {
		DType: m.golden.Inputs.DType, Shape: m.golden.Inputs.Shape, Data: m.golden.Inputs.Base64,
	}})
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrGolden, err)
	}
	var mismatches []string
	for _, name := range slices.Sorted(maps.Keys(m.golden.Outputs)) {
		want := m.golden.Outputs[name]
		got, ok := outputs[name]
		if !ok {
			mismatches = append(mismatches, fmt.Sprintf("output %q is missing", name))
		} else if err := compare(got, want.Shape, want.Data, m.golden.Tolerance); err != nil {
			mismatches = append(mismatches, fmt.Sprintf("output %q: %s", name, err))
		}
	}
	if len(mismatches) > 0 {
		return false, fmt.Errorf("%w: %s", ErrGolden, strings.Join(mismatches, "; "))
	}
	return true, nil
}

// accepts says whether a tensor fits the function's only input as MLflow and as the
// SavedModel describe it. If not, it returns the description that the tensor does not
// fit.
func (f *Function) accepts(dtype tensor.DType, shape []int) (tensor.Spec, bool) {
	input := f.inputs[0]
	for _, spec := range []tensor.Spec{input.Spec, f.graph.Inputs(f.name)[f.Key(input.Name)]} {
		if spec.DType != dtype || !spec.Accepts(shape) {
			return spec, false
		}
	}
	return input.Spec, true
}

func compare(got tensor.Tensor, shape []int, want []float64, tolerance float64) error {
	numbers, err := got.Float64s()
	if err != nil {
		return err
	}
	if !slices.Equal(got.Shape, shape) || len(numbers) != len(want) {
		return fmt.Errorf("shape %s instead of %s", tensor.ShapeText(got.Shape), tensor.ShapeText(shape))
	}
	worst := 0.0
	for i := range want {
		worst = math.Max(worst, math.Abs(numbers[i]-want[i])) // NaN stays NaN
	}
	if !(worst <= tolerance) {
		return fmt.Errorf("off by %.3g, allowed is %.3g", worst, tolerance)
	}
	return nil
}
