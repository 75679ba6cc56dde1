package savedmodel

import (
	"errors"
	"strings"
	"testing"
)

// The codes that no tiny model can provoke are tested with TensorFlow's texts for them.
func TestAFailureSaysWhoseFaultItIs(t *testing.T) {
	const secret = "0.1234"
	tests := []struct {
		name   string
		code   code
		text   string
		inputs bool
		reason string // how it begins; empty if the inputs are to blame
	}{
		{"values", invalidArgument, "the input : Tensor had NaN values " + secret, true, ""},
		{"an index", outOfRange, "index " + secret, true, ""},
		{"an operation without a kernel", invalidArgument, "No OpKernel was registered to support Op 'CudnnRNN' used by {{node r}}" + secret, false, `it uses the operation "CudnnRNN", which`},
		{"an operation of another TensorFlow", notFound, "Op type not registered 'X' in binary " + secret, false, `it uses the operation "X", which`},
		{"an operation without a kernel for a type", notFound, "No registered 'Y' OpKernel for 'CPU' devices " + secret, false, `it uses the operation "Y", which`},
		{"memory", resourceExhausted, "OOM when allocating tensor with shape[" + secret, false, "it needs more memory than there is"},
		{"a variable of TensorFlow 1", failedPrecondition, "Attempting to use uninitialized value dense/kernel " + secret, false, "its variables were never restored"},
		{"a table that does not exist", notFound, "Resource localhost/t/N10tensorflow6lookup15LookupInterfaceE does not exist." + secret, false, "its lookup tables were never initialised"},
		{"another code", 13, secret + "\n\t [[{{node a/b}}]]", false, `TensorFlow fails with INTERNAL at "a/b": `},
		{"a code of a later TensorFlow", 99, secret, false, "TensorFlow fails with code 99: "},
		{"another precondition", failedPrecondition, secret, false, "TensorFlow fails with FAILED_PRECONDITION: "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := &Failure{Signature: "s", code: test.code, text: test.text, saved: true}
			if got := f.InputsToBlame(); got != test.inputs {
				t.Errorf("the inputs are to blame: %v; want %v", got, test.inputs)
			}
			if got := f.Reason(); !strings.HasPrefix(got, test.reason) {
				t.Errorf("the reason is %q; want %s…", got, test.reason)
			}
			if strings.Contains(f.Reason(), secret) {
				t.Errorf("the reason %q repeats TensorFlow's text", f.Reason())
			}
		})
	}
}

func TestAnErrorThatIsNotTensorFlowsHasNoCode(t *testing.T) {
	if got := codeOf(errors.New("session is closed")); got != unknown {
		t.Errorf("its code is %s; want UNKNOWN", got)
	}
}
