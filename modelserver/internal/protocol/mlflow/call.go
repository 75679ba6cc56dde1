package mlflow

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"pneumoscope/modelserver/internal/inference"
	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/protocol/mlflow/dataframe"
	"pneumoscope/modelserver/internal/protocol/mlflow/message"
	"pneumoscope/modelserver/internal/protocol/provisional"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

const oneOfFour = "The input must be a JSON dictionary with exactly one of the input fields {'dataframe_records', 'dataframe_split', 'inputs', 'instances'}."

// parseCall reads a body by MLflow's rules, in one pass over the numbers.
func parseCall(body []byte, m *model.Model) (inference.Call, *fault) {
	reader, err := tensorjson.NewReader(body)
	if err != nil {
		return inference.Call{}, syntaxFault(err)
	}
	if kind := reader.Kind(); kind != tensorjson.Object {
		return inference.Call{}, notAnObject(reader, kind)
	}
	p := parser{reader: reader, model: m, function: m.Function(""), named: map[string]tensorjson.Kind{}}
	if err := reader.Object(p.member); err != nil {
		return inference.Call{}, syntaxFault(err)
	}
	if err := reader.End(); err != nil {
		return inference.Call{}, syntaxFault(err)
	}
	return p.finish()
}

// parser collects the members of a request's object.
type parser struct {
	reader   *tensorjson.Reader
	model    *model.Model
	function *model.Function // of the last signature_name so far

	fields   []string // which of the four input fields were present
	instance bool     // the data came as "instances"
	data     provisional.Value[map[string]tensor.Tensor]
	readAs   *model.Function // the function that the data was read for
	frame    []byte          // set if the data came as a data frame, which is read at the end
	params   []byte
	language bool                       // a member was present that MLflow reads for language models
	named    map[string]tensorjson.Kind // inputs that were members of the object; only language models take those
}

// member takes one member of the object. If a name occurs twice, the last one counts.
func (p *parser) member(name string) (err error) {
	if spec, ok := find(p.function.Inputs(), name); ok && spec.Name != "" {
		p.named[name] = p.reader.Kind()
	}
	switch name {
	case "inputs", "instances":
		p.present(name)
		p.instance = name == "instances"
		return p.data.Take(p.reader, true, p.decode)
	case "dataframe_split", "dataframe_records":
		p.present(name)
		p.frame, err = p.reader.Raw()
		return err
	case "params":
		p.params, err = p.reader.Raw()
		return err
	case "signature_name":
		if p.reader.Kind() == tensorjson.Text {
			text, err := p.reader.Text()
			p.function = p.model.Function(text)
			return err
		}
	case "messages", "prompt", "input":
		p.language = true
	}
	return p.reader.Skip()
}

func (p *parser) present(field string) {
	if !slices.Contains(p.fields, field) {
		p.fields = append(p.fields, field)
	}
}

// decode reads the data for the function known so far.
func (p *parser) decode() (map[string]tensor.Tensor, error) {
	p.readAs = p.function
	return decodeInputs(p.reader, p.function, p.instance)
}

func (p *parser) finish() (inference.Call, *fault) {
	switch {
	case p.language:
		return inference.Call{}, p.languageFault()
	case len(p.fields) != 1:
		return inference.Call{}, badRequest(fmt.Sprintf("%s Received dictionary with input fields: [%s]. %s", oneOfFour, message.Names(p.fields), protocolChanged))
	}
	inputs, f := p.inputs()
	if f != nil {
		return inference.Call{}, f
	}
	if f := enforce(p.function.Inputs(), inputs); f != nil {
		return inference.Call{}, f
	}
	if f := checkParams(p.params, p.model.Params()); f != nil {
		return inference.Call{}, f
	}
	return inference.Call{Function: p.function, Inputs: inputs}, nil
}

// inputs returns the tensors of the one field that is present.
func (p *parser) inputs() (map[string]tensor.Tensor, *fault) {
	switch p.fields[0] {
	case "dataframe_split":
		return p.frameInputs(dataframe.ReadSplit)
	case "dataframe_records":
		return p.frameInputs(dataframe.ReadRecords)
	}
	if p.readAs != p.function && !(readAlike(p.readAs, p.function) && p.data.Sound()) {
		p.data.Outdate()
	}
	inputs, err := p.data.Final(p.reader, p.decode)
	if f, ok := errors.AsType[*fault](err); ok {
		return nil, f
	}
	if err != nil {
		return nil, syntaxFault(err) // cannot happen: its syntax was checked before
	}
	if p.readAs != p.function { // they differ only in the input's name
		return map[string]tensor.Tensor{p.function.Inputs()[0].Name: inputs[p.readAs.Inputs()[0].Name]}, nil
	}
	return inputs, nil
}

func (p *parser) frameInputs(read func([]byte) (dataframe.Frame, *dataframe.Error)) (map[string]tensor.Tensor, *fault) {
	specs := p.function.Inputs()
	frame, failed := read(p.frame)
	if failed != nil {
		return nil, frameFault(specs, failed)
	}
	inputs, failed := frame.Tensors(specs, p.function.Named())
	if failed != nil {
		return nil, frameFault(specs, failed)
	}
	return inputs, nil
}

func frameFault(specs []model.Input, err *dataframe.Error) *fault {
	if err.Unfit {
		return enforcementFault(specs, err.Message)
	}
	return badRequest(err.Message)
}

// readAlike says whether two functions with one unnamed input read it the same way.
// Then data that was read for one need not be read again for the other.
func readAlike(a, b *model.Function) bool {
	if a.Named() || b.Named() {
		return false
	}
	x, y := a.Inputs()[0].Spec, b.Inputs()[0].Spec
	return x.DType == y.DType && x.UnknownRank == y.UnknownRank && slices.Equal(x.Shape, y.Shape)
}

// languageFault refuses a body that MLflow would pass to the model as a whole. The
// members of the request would then be the inputs, and none of them would be an array.
func (p *parser) languageFault() *fault {
	const hint = " 'messages', 'prompt' and 'input' are for language models: send 'inputs' or 'instances' alone."
	specs := p.function.Inputs()
	if !p.function.Named() {
		return enforcementFault(specs, noNames("<class 'dict'>")+hint)
	}
	if missing := message.MissingInputs(specs, func(name string) bool { _, ok := p.named[name]; return ok }); missing != "" {
		return enforcementFault(specs, missing+hint)
	}
	return enforcementFault(specs, "This model contains a tensor-based model signature with input names, which suggests a dictionary input mapping input name to a numpy array, but a dict with value type "+message.ClassOf(p.named[specs[0].Name])+" was found."+hint)
}

// noNames is MLflow's message about an input of the wrong type for a signature without
// names.
func noNames(kind string) string {
	return "This model contains a tensor-based model signature with no input names, which suggests a numpy array input or a pandas dataframe input with proper column values, but an input of type " + kind + " was found."
}

// enforce checks the tensors against the signature.
func enforce(specs []model.Input, inputs map[string]tensor.Tensor) *fault {
	if missing := message.MissingInputs(specs, func(name string) bool { _, ok := inputs[name]; return ok }); missing != "" {
		return enforcementFault(specs, missing)
	}
	for _, spec := range specs {
		if input := inputs[spec.Name]; !spec.Accepts(input.Shape) {
			return enforcementFault(specs, fmt.Sprintf("Shape of input %s does not match expected shape %s.", tensor.ShapeText(input.Shape), tensor.ShapeText(spec.Shape)))
		}
	}
	return nil
}

// enforcementFault is MLflow's message about a signature, without the data.
func enforcementFault(specs []model.Input, cause string) *fault {
	texts := make([]string, len(specs))
	for i, spec := range specs {
		texts[i] = spec.String()
		if spec.Name != "" {
			texts[i] = fmt.Sprintf("'%s': %s", spec.Name, spec)
		}
	}
	return invalidParameter(fmt.Sprintf("Failed to predict data with this model. \nError: Failed to enforce schema of data with schema '[%s]'. Error: %s", strings.Join(texts, ", "), cause))
}

func syntaxFault(err error) *fault {
	return badRequest(fmt.Sprintf("Invalid input. Ensure that input is a valid JSON formatted string. Error: %s", err))
}

func notAnObject(reader *tensorjson.Reader, kind tensorjson.Kind) *fault {
	if err := errors.Join(reader.Skip(), reader.End()); err != nil {
		return syntaxFault(err)
	}
	if kind == tensorjson.List {
		return badRequest("Invalid input. " + oneOfFour + " Received a list.")
	}
	return badRequest("Invalid input. " + oneOfFour + " Received unexpected input type '" + message.ClassOf(kind) + "'.")
}
