package tfserving

import (
	"testing"

	"pneumoscope/modelserver/internal/inference"
	"pneumoscope/modelserver/internal/tensor"
)

func bytesOf(data ...byte) tensor.Tensor {
	return tensor.Tensor{DType: tensor.Uint8, Shape: []int{len(data)}, Data: data}
}

func TestSeveralOutputsMustHaveTheSameNumberOfRows(t *testing.T) {
	_, f := appendRows(nil, inference.Outputs{"a": bytesOf(1, 2), "b": bytesOf(1)})
	if f == nil {
		t.Fatal("they were accepted")
	}
	if f.Status != 400 {
		t.Errorf("the status is %d; want 400", f.Status)
	}
	if want := "Tensor name: b has inconsistent batch size: 1 expecting: 2"; f.Message != want {
		t.Errorf("the message is %s; want %s", f.Message, want)
	}
}

func TestNoRowsAreAnEmptyList(t *testing.T) {
	got, f := appendRows(nil, inference.Outputs{"a": bytesOf(), "b": bytesOf()})
	if f != nil {
		t.Fatal(f)
	}
	if want := `{"predictions": []}`; string(got) != want {
		t.Errorf("they are written as %s; want %s", got, want)
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
