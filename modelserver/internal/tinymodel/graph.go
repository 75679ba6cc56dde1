package tinymodel

import (
	"testing"

	attr "github.com/wamuir/graft/tensorflow/core/framework/attr_value_go_proto"
	graph "github.com/wamuir/graft/tensorflow/core/framework/graph_go_proto"
	node "github.com/wamuir/graft/tensorflow/core/framework/node_def_go_proto"
	tensorpb "github.com/wamuir/graft/tensorflow/core/framework/tensor_go_proto"
	shape "github.com/wamuir/graft/tensorflow/core/framework/tensor_shape_go_proto"
	types "github.com/wamuir/graft/tensorflow/core/framework/types_go_proto"
	versions "github.com/wamuir/graft/tensorflow/core/framework/versions_go_proto"
	core "github.com/wamuir/graft/tensorflow/core/protobuf/for_core_protos_go_proto"
	"google.golang.org/protobuf/proto"

	"pneumoscope/modelserver/internal/tensor"
)

var native = map[tensor.DType]types.DataType{
	tensor.Bool: types.DataType_DT_BOOL,
	tensor.Int8: types.DataType_DT_INT8, tensor.Int16: types.DataType_DT_INT16, tensor.Int32: types.DataType_DT_INT32, tensor.Int64: types.DataType_DT_INT64,
	tensor.Uint8: types.DataType_DT_UINT8, tensor.Uint16: types.DataType_DT_UINT16, tensor.Uint32: types.DataType_DT_UINT32, tensor.Uint64: types.DataType_DT_UINT64,
	tensor.Float32: types.DataType_DT_FLOAT, tensor.Float64: types.DataType_DT_DOUBLE, tensor.String: types.DataType_DT_STRING,
	"float16": types.DataType_DT_HALF, // cannot be served
}

// savedModel is the content of saved_model.pb.
func savedModel(tb testing.TB, cfg Config) []byte {
	tb.Helper()
	b := builder{tb: tb, graph: &graph.GraphDef{Versions: &versions.VersionDef{Producer: 1882}}}
	signatures := map[string]*core.SignatureDef{}
	if !cfg.Without {
		signatures["serving_default"] = b.signature("serving_default", cfg.Function)
	}
	for name, function := range cfg.Further {
		signatures[name] = b.signature(name, function)
	}
	text, err := proto.Marshal(&core.SavedModel{
		SavedModelSchemaVersion: 1,
		MetaGraphs: []*core.MetaGraphDef{{
			MetaInfoDef:  &core.MetaGraphDef_MetaInfoDef{Tags: cfg.Tags, TensorflowVersion: cfg.TensorFlowVersion},
			GraphDef:     b.graph,
			SignatureDef: signatures,
		}},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// builder adds nodes to a graph.
type builder struct {
	tb    testing.TB
	graph *graph.GraphDef
	queue bool // the queue of Await and Release has been added
}

func (b *builder) add(name, op string, inputs []string, attributes map[string]*attr.AttrValue) string {
	b.graph.Node = append(b.graph.Node, &node.NodeDef{Name: name, Op: op, Input: inputs, Attr: attributes})
	return name
}

func (b *builder) signature(name string, f Function) *core.SignatureDef {
	b.tb.Helper()
	def := &core.SignatureDef{
		Inputs: map[string]*core.TensorInfo{}, Outputs: map[string]*core.TensorInfo{},
	}
	specs := map[string]tensor.Spec{}
	for _, input := range f.Inputs {
		specs[input.Name] = input.Spec
		at := b.add(name+"/in/"+input.Name, "Placeholder", nil, map[string]*attr.AttrValue{"dtype": dtype(b.native(input.DType)), "shape": shapeOf(input.Spec)})
		def.Inputs[input.Name] = info(at, b.native(input.DType), input.Spec)
	}
	for _, output := range f.Outputs {
		spec, ok := specs[output.Of]
		if !ok && len(f.Inputs) > 0 {
			b.tb.Fatalf("signature %s has no input %s", name, output.Of)
		}
		at, spec := b.output(name+"/out/"+output.Name, output.Op, name+"/in/"+output.Of, spec)
		def.Outputs[output.Name] = info(at, b.native(spec.DType), spec)
	}
	if f.Sparse {
		for _, input := range def.GetInputs() {
			input.Encoding = &core.TensorInfo_CooSparse_{CooSparse: &core.TensorInfo_CooSparse{ValuesTensorName: input.GetName()}}
		}
	}
	if f.Dangling != "" {
		for _, output := range def.GetOutputs() {
			output.Encoding = &core.TensorInfo_Name{Name: f.Dangling}
		}
	}
	return def
}

// output adds the nodes that compute op from input. It returns the name of the output
// and its description.
func (b *builder) output(name string, op Op, input string, spec tensor.Spec) (string, tensor.Spec) {
	b.tb.Helper()
	of := map[string]*attr.AttrValue{"T": dtype(b.native(spec.DType))}
	switch op {
	case Identity, Neg, Unknown:
		return b.add(name, string(op), []string{input}, of), spec
	case AsString:
		spec.DType = tensor.String
		return b.add(name, "AsString", []string{input}, of), spec
	case Size:
		of["out_type"] = dtype(types.DataType_DT_INT32)
		return b.add(name, "Size", []string{input}, of), tensor.Spec{DType: tensor.Int32, Shape: []int{}}
	case CheckNumerics:
		of["message"] = &attr.AttrValue{Value: &attr.AttrValue_S{S: []byte("the input")}}
		return b.add(name, "CheckNumerics", []string{input}, of), spec
	case Await, Release:
		return b.wait(name, op, input, of), spec
	case CheckReciprocal, Crop:
		return b.refusing(name, op, input, of), spec
	case Variable, CheckedVariable, Table, WithoutKernel, Unimplemented:
		return b.failing(name, op, input, spec)
	}
	b.tb.Fatalf("there is no operation %s", op)
	return "", spec
}

// wait adds the nodes of Await or Release. Await takes an element from a queue that
// is empty at first, Release adds one; then they return their input.
func (b *builder) wait(name string, op Op, input string, of map[string]*attr.AttrValue) string {
	elements := &attr.AttrValue{Value: &attr.AttrValue_List{List: &attr.AttrValue_ListValue{Type: []types.DataType{types.DataType_DT_BOOL}}}}
	if !b.queue {
		b.queue = true
		b.add("queue", "FIFOQueueV2", nil, map[string]*attr.AttrValue{"component_types": elements})
		b.add("element", "Const", nil, map[string]*attr.AttrValue{
			"dtype": dtype(types.DataType_DT_BOOL),
			"value": {Value: &attr.AttrValue_Tensor{Tensor: &tensorpb.TensorProto{
				Dtype: types.DataType_DT_BOOL, TensorShape: &shape.TensorShapeProto{}, BoolVal: []bool{true},
			}}},
		})
	}
	if op == Await {
		b.add(name+"/step", "QueueDequeueV2", []string{"queue", "^" + input}, map[string]*attr.AttrValue{"component_types": elements})
	} else {
		b.add(name+"/step", "QueueEnqueueV2", []string{"queue", "element", "^" + input}, map[string]*attr.AttrValue{"Tcomponents": elements})
	}
	return b.add(name, "Identity", []string{input, "^" + name + "/step"}, of)
}

func (b *builder) native(name tensor.DType) types.DataType {
	b.tb.Helper()
	t, ok := native[name]
	if !ok {
		b.tb.Fatalf("TensorFlow has no element type %s", name)
	}
	return t
}

func dtype(t types.DataType) *attr.AttrValue {
	return &attr.AttrValue{Value: &attr.AttrValue_Type{Type: t}}
}

func shapeOf(spec tensor.Spec) *attr.AttrValue {
	return &attr.AttrValue{Value: &attr.AttrValue_Shape{Shape: shapeProto(spec)}}
}

func shapeProto(spec tensor.Spec) *shape.TensorShapeProto {
	s := &shape.TensorShapeProto{UnknownRank: spec.UnknownRank}
	for _, axis := range spec.Shape {
		s.Dim = append(s.Dim, &shape.TensorShapeProto_Dim{Size: int64(axis)})
	}
	return s
}

func info(at string, t types.DataType, spec tensor.Spec) *core.TensorInfo {
	return &core.TensorInfo{Encoding: &core.TensorInfo_Name{Name: at + ":0"}, Dtype: t, TensorShape: shapeProto(spec)}
}
