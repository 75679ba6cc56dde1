package openinference

import "pneumoscope/modelserver/internal/tensor"

// datatypeOf is the protocol's name for an element type.
func datatypeOf(dtype tensor.DType) string {
	switch dtype {
	case tensor.Bool:
		return "BOOL"
	case tensor.Uint8:
		return "UINT8"
	case tensor.Uint16:
		return "UINT16"
	case tensor.Uint32:
		return "UINT32"
	case tensor.Uint64:
		return "UINT64"
	case tensor.Int8:
		return "INT8"
	case tensor.Int16:
		return "INT16"
	case tensor.Int32:
		return "INT32"
	case tensor.Int64:
		return "INT64"
	case tensor.Float32:
		return "FP32"
	case tensor.Float64:
		return "FP64"
	}
	return "BYTES" // strings, the only type left
}

// dtypeOf is the element type for a datatype of a request; ok is false for a datatype
// that no input can have: BYTES, FP16, BF16 and unknown names.
func dtypeOf(datatype string) (dtype tensor.DType, ok bool) {
	switch datatype {
	case "BOOL":
		return tensor.Bool, true
	case "UINT8":
		return tensor.Uint8, true
	case "UINT16":
		return tensor.Uint16, true
	case "UINT32":
		return tensor.Uint32, true
	case "UINT64":
		return tensor.Uint64, true
	case "INT8":
		return tensor.Int8, true
	case "INT16":
		return tensor.Int16, true
	case "INT32":
		return tensor.Int32, true
	case "INT64":
		return tensor.Int64, true
	case "FP32":
		return tensor.Float32, true
	case "FP64":
		return tensor.Float64, true
	}
	return "", false
}
