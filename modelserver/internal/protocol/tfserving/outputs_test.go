package tfserving

import (
	"testing"

	"pneumoscope/modelserver/internal/inference"
	"pneumoscope/modelserver/internal/tensor"
)

func bytesOf(data ...byte) tensor.Tensor {
	return tensor.Tensor{DType: tensor.Uint8, Shape: []int{len(data)}, Data: data}
}

func TestRowsOfSeveralOutputsMustBelongTogether(t *testing.T) {
	_, f := appendRows(nil, inference.Outputs{"a": bytesOf(1, 2), "b": bytesOf(1)})
	if want := "Tensor name: b has inconsistent batch size: 1 expecting: 2"; f == nil || f.Status != 400 || f.Message != want {
		t.Errorf("it says %v; want %s", f, want)
	}
}

func TestNoRowsAreAnEmptyList(t *testing.T) {
	got, f := appendRows(nil, inference.Outputs{"a": bytesOf(), "b": bytesOf()})
	if want := `{"predictions": []}`; f != nil || string(got) != want {
		t.Errorf("they are written %s, %v; want %s", got, f, want)
	}
}

func TestTextIsJSONWhateverItHolds(t *testing.T) {
	words := tensor.Tensor{DType: tensor.String, Shape: []int{2, 1}, Strings: []string{"\"é\n", "\xff"}}
	if got, want := string(appendColumns(nil, inference.Outputs{"a": words})), `{"outputs": [["\"é\n"], ["\ufffd"]]}`; got != want {
		t.Errorf("it is written %s; want %s", got, want)
	}
	if got, want := string(appendColumns(nil, inference.Outputs{"a_bytes": words})), `{"outputs": [[{"b64": "IsOpCg=="}], [{"b64": "/w=="}]]}`; got != want {
		t.Errorf("as bytes it is written %s; want %s", got, want)
	}
}
