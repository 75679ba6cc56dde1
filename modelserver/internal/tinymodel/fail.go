package tinymodel

import (
	attr "github.com/wamuir/graft/tensorflow/core/framework/attr_value_go_proto"
	tensorpb "github.com/wamuir/graft/tensorflow/core/framework/tensor_go_proto"
	shape "github.com/wamuir/graft/tensorflow/core/framework/tensor_shape_go_proto"
	types "github.com/wamuir/graft/tensorflow/core/framework/types_go_proto"

	"pneumoscope/modelserver/internal/tensor"
)

// refusing adds the nodes of an operation that refuses some inputs.
func (b *builder) refusing(name string, op Op, input string, of map[string]*attr.AttrValue) string {
	if op == Crop {
		begin, size := b.integers(name+"/begin", 0, 0), b.integers(name+"/size", -1, 2)
		of["Index"] = dtype(types.DataType_DT_INT64)
		return b.add(name, "Slice", []string{input, begin, size}, of)
	}
	reciprocal := b.add(name+"/reciprocal", "Reciprocal", []string{input}, of)
	return b.add(name, "CheckNumerics", []string{reciprocal}, map[string]*attr.AttrValue{"T": of["T"], "message": text("the reciprocal")})
}

// failing adds the nodes of an operation that fails at each run.
func (b *builder) failing(name string, op Op, input string, spec tensor.Spec) (string, tensor.Spec) {
	b.tb.Helper()
	of := map[string]*attr.AttrValue{"T": dtype(b.native(spec.DType))}
	switch op {
	case CheckedVariable:
		return b.variable(name, "^"+b.refusing(name+"/checked", CheckReciprocal, input, of), input, of), spec
	case Variable:
		return b.variable(name, "^"+input, input, of), spec
	case Table:
		int64s := dtype(types.DataType_DT_INT64)
		table := b.add(name+"/table", "HashTableV2", nil, map[string]*attr.AttrValue{
			"key_dtype": int64s, "value_dtype": int64s, "shared_name": text(name), "container": text(""), "use_node_name_sharing": truth(false),
		})
		missing := b.integers(name + "/missing")
		return b.add(name, "LookupTableFindV2", []string{table, input, missing}, map[string]*attr.AttrValue{"Tin": int64s, "Tout": int64s}), spec
	case WithoutKernel:
		of["reduction"], of["shared_name"] = text("sum"), text(name)
		of["num_devices"] = &attr.AttrValue{Value: &attr.AttrValue_I{I: 1}}
		return b.add(name, "NcclAllReduce", []string{input}, of), spec
	}
	spec.DType = tensor.String
	return b.add(name, "Cast", []string{input}, map[string]*attr.AttrValue{
		"SrcT": of["T"], "DstT": dtype(types.DataType_DT_STRING), "Truncate": truth(false),
	}), spec
}

// variable adds the sum of the input and a variable, which is read after another node.
func (b *builder) variable(name, after, input string, of map[string]*attr.AttrValue) string {
	handle := b.add(name+"/variable", "VarHandleOp", nil, map[string]*attr.AttrValue{
		"dtype": of["T"], "shape": shapeOf(tensor.Spec{Shape: []int{}}), "shared_name": text(name), "container": text(""),
	})
	read := b.add(name+"/read", "ReadVariableOp", []string{handle, after}, map[string]*attr.AttrValue{"dtype": of["T"]})
	return b.add(name, "AddV2", []string{input, read}, of)
}

// integers adds a list of numbers; without numbers, a single 0.
func (b *builder) integers(name string, numbers ...int64) string {
	value := &tensorpb.TensorProto{Dtype: types.DataType_DT_INT64, TensorShape: &shape.TensorShapeProto{}, Int64Val: []int64{0}}
	if len(numbers) > 0 {
		value.TensorShape.Dim = []*shape.TensorShapeProto_Dim{{Size: int64(len(numbers))}}
		value.Int64Val = numbers
	}
	return b.add(name, "Const", nil, map[string]*attr.AttrValue{
		"dtype": dtype(types.DataType_DT_INT64), "value": {Value: &attr.AttrValue_Tensor{Tensor: value}},
	})
}

func text(s string) *attr.AttrValue {
	return &attr.AttrValue{Value: &attr.AttrValue_S{S: []byte(s)}}
}

func truth(b bool) *attr.AttrValue { return &attr.AttrValue{Value: &attr.AttrValue_B{B: b}} }
