package savedmodel

// #include "tensorflow/c/tf_status.h"
import "C"

import (
	"fmt"
	"reflect"
	"regexp"
	"runtime"
	"strings"
)

// Failure is a run that TensorFlow ended with an error.
type Failure struct {
	Signature string
	code      code
	text      string // TensorFlow's own, which may repeat values of the inputs
	// saved says whether the SavedModel has a file with values of variables.
	saved bool
}

func (m *Model) failure(signature string, err error) *Failure {
	return &Failure{Signature: signature, code: codeOf(err), text: err.Error(), saved: m.variables}
}

// Error repeats TensorFlow's text, which may contain values of the inputs.
func (f *Failure) Error() string { return fmt.Sprintf("run signature %q: %s", f.Signature, f.text) }

// InputsToBlame says whether the values of the inputs may be the reason. If not, the
// model fails whatever its inputs are.
func (f *Failure) InputsToBlame() bool {
	return (f.code == invalidArgument || f.code == outOfRange) && missingOperation(f.text) == ""
}

// Reason says in one sentence why the model failed and what to do. It contains no
// value of the inputs.
func (f *Failure) Reason() string {
	operation := missingOperation(f.text)
	switch {
	case operation != "":
		return withoutOperation(operation)
	case f.code == failedPrecondition && variable.MatchString(f.text) && !f.saved:
		return "its variables were never restored, because there is no variables/variables.index beside its saved_model.pb: log the model again with all its files"
	case f.code == failedPrecondition && variable.MatchString(f.text):
		return "its variables were never restored, as happens to a Keras model kept inside a tf.Module: export it with model.export(DIR) and log that SavedModel"
	case (f.code == failedPrecondition || f.code == notFound) && table.MatchString(f.text):
		return "its lookup tables were never initialised: keep each table as an attribute of the object that is saved, so that its initialiser is saved too, and log the model again"
	case f.code == resourceExhausted:
		return "it needs more memory than there is: give this server more, or log a smaller model"
	}
	at := ""
	if found := node.FindStringSubmatch(f.text); found != nil {
		at = fmt.Sprintf(" at %q", found[1])
	}
	return fmt.Sprintf("TensorFlow fails with %s%s: correct the model, try it in Python on a machine without a GPU, and log it again", f.code, at)
}

// TensorFlow's texts for what a model lacks. TensorFlow has no codes for them.
var (
	variable  = regexp.MustCompile(`(?i)\bvariable\b|uninitialized value`)
	table     = regexp.MustCompile(`(?i)table not initialized|lookup.* does not exist`)
	operation = regexp.MustCompile(`Op type not registered '([^']+)'|No OpKernel was registered to support Op '([^']+)'|No registered '([^']+)' OpKernel`)
	node      = regexp.MustCompile(`\{\{node ([^}]+)\}\}`)
)

// missingOperation returns the operation that this TensorFlow cannot compute, according
// to the text of its error. It returns nothing if the text is about something else.
func missingOperation(text string) string {
	found := operation.FindStringSubmatch(text)
	if found == nil {
		return ""
	}
	return strings.Join(found[1:], "") // only one alternative has matched
}

func withoutOperation(name string) string {
	return fmt.Sprintf("it uses the operation %q, which TensorFlow's C library cannot compute on this machine: log a model without it", name)
}

// code is TensorFlow's code of an error.
type code int

// The codes that make a difference here.
const (
	unknown            = code(C.TF_UNKNOWN)
	invalidArgument    = code(C.TF_INVALID_ARGUMENT)
	notFound           = code(C.TF_NOT_FOUND)
	resourceExhausted  = code(C.TF_RESOURCE_EXHAUSTED)
	failedPrecondition = code(C.TF_FAILED_PRECONDITION)
	outOfRange         = code(C.TF_OUT_OF_RANGE)
)

var codeNames = map[code]string{
	C.TF_CANCELLED: "CANCELLED", C.TF_UNKNOWN: "UNKNOWN", C.TF_INVALID_ARGUMENT: "INVALID_ARGUMENT", C.TF_DEADLINE_EXCEEDED: "DEADLINE_EXCEEDED",
	C.TF_NOT_FOUND: "NOT_FOUND", C.TF_ALREADY_EXISTS: "ALREADY_EXISTS", C.TF_PERMISSION_DENIED: "PERMISSION_DENIED", C.TF_UNAUTHENTICATED: "UNAUTHENTICATED",
	C.TF_RESOURCE_EXHAUSTED: "RESOURCE_EXHAUSTED", C.TF_FAILED_PRECONDITION: "FAILED_PRECONDITION", C.TF_ABORTED: "ABORTED", C.TF_OUT_OF_RANGE: "OUT_OF_RANGE",
	C.TF_UNIMPLEMENTED: "UNIMPLEMENTED", C.TF_INTERNAL: "INTERNAL", C.TF_UNAVAILABLE: "UNAVAILABLE", C.TF_DATA_LOSS: "DATA_LOSS",
}

func (c code) String() string {
	if name, ok := codeNames[c]; ok {
		return name
	}
	return fmt.Sprintf("code %d", int(c))
}

// codeOf returns the code of an error of the binding. The binding does not export the
// code: its errors are structs of one pointer to TensorFlow's status. For any other
// error codeOf returns unknown.
func codeOf(err error) code {
	value := reflect.ValueOf(err)
	if value.Kind() != reflect.Pointer || value.Type().String() != "*tensorflow.statusError" || value.Elem().NumField() != 1 {
		return unknown
	}
	status := value.Elem().Field(0)
	if status.Kind() != reflect.Pointer {
		return unknown
	}
	defer runtime.KeepAlive(err) // its finalizer frees the status
	return code(C.TF_GetCode((*C.TF_Status)(status.UnsafePointer())))
}
