package openinference

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"pneumoscope/modelserver/internal/tensor"
)

// FuzzParse checks that no body crashes the parser, that an input has the number of
// bytes that its shape needs, and that every refusal is a 400 with a message.
func FuzzParse(f *testing.F) {
	f.Add([]byte(one("FP32", "[2,2]", "[[1,2.5],[NaN,null]]")), -1)
	f.Add([]byte(one("UINT8", "[3]", "[0,255,256]")), -1)
	f.Add([]byte(one("INT64", "[0,2]", "[]")), -1)
	f.Add([]byte(one("BOOL", "[]", "[true]")), -1)
	f.Add([]byte(`{"id":"a","inputs":[{"data":[1],"shape":[1],"datatype":"UINT8","name":"x"}],"outputs":[{"name":"y","parameters":{"binary_data":true}}],"parameters":{"binary_data_output":true,"signature_name":"z"}}`), -1)
	head := raw("FP32", "[1,2]", 8, "")
	f.Add([]byte(head+"12345678"), len(head))
	head = raw("BOOL", "[2]", 2, "")
	f.Add([]byte(head+"\x00\x01"), len(head))
	f.Add([]byte(raw("FP64", "[1099511627776]", 1<<43, "")), 10)
	f.Fuzz(func(t *testing.T, body []byte, length int) {
		if length < wholeBody {
			length = wholeBody // jsonLength never returns less
		}
		before := bytes.Clone(body)
		parsed, refused := parse(body, length)
		if refused != nil {
			if refused.Status != 400 {
				t.Errorf("the status is %d; want 400", refused.Status)
			}
			if refused.Message == "" {
				t.Error("the refusal has no message")
			}
			if !utf8.ValidString(refused.Message) {
				t.Errorf("the message is not UTF-8: %q", refused.Message)
			}
			return
		}
		for i := range body { // the next request reuses the body's memory
			body[i] ^= 0xff
		}
		again, _ := parse(before, length)
		for i, in := range parsed.inputs {
			if in.data.DType == "" {
				t.Errorf("input %d has no element type", i)
			}
			if want := tensor.Len(in.data.Shape) * in.data.DType.Size(); len(in.data.Data) != want {
				t.Errorf("input %d of %s %v has %d bytes; want %d", i, in.data.DType, in.data.Shape, len(in.data.Data), want)
			}
			if !bytes.Equal(in.data.Data, again.inputs[i].data.Data) {
				t.Errorf("the data of input %d change with the body", i)
			}
			if in.name != again.inputs[i].name {
				t.Errorf("the name of input %d changes with the body", i)
			}
		}
	})
}
