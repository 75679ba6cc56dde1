package scoring

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"pneumoscope/modelserver/internal/bundle"
	"pneumoscope/modelserver/internal/mlruns"
	"pneumoscope/modelserver/internal/serving"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

const oneOfFour = "The input must be a JSON dictionary with exactly one of the input fields {'dataframe_records', 'dataframe_split', 'inputs', 'instances'}."

// parseCall reads a body as MLflow reads it, in one pass over the numbers.
func parseCall(body []byte, model *bundle.Model) (serving.Call, *fault) {
	reader, err := tensorjson.NewReader(body)
	if err != nil {
		return serving.Call{}, syntaxFault(err)
	}
	if kind := reader.Kind(); kind != tensorjson.Object {
		return serving.Call{}, notAnObject(reader, kind)
	}
	p := parser{reader: reader, model: model, function: model.Function("")}
	if err := reader.Object(p.member); err != nil {
		return serving.Call{}, syntaxFault(err)
	}
	if err := reader.End(); err != nil {
		return serving.Call{}, syntaxFault(err)
	}
	return p.finish()
}

// parser collects the members of a request's object.
type parser struct {
	reader   *tensorjson.Reader
	model    *bundle.Model
	function *bundle.Function

	fields   []string // those of the four that were present
	mark     tensorjson.Mark
	instance bool   // the data came as "instances"
	frame    []byte // the data came as a data frame, which is read at the end
	params   []byte
	language bool // a key of MLflow's path for language models was present

	// decoded is what the data was read as, for the function known then: the
	// name of another may still follow.
	decoded  map[string]tensor.Tensor
	fault    *fault
	decodeAs *bundle.Function
}

// member takes one member of the object. Of two with one name the last counts.
func (p *parser) member(name string) (err error) {
	switch name {
	case "inputs", "instances":
		p.present(name)
		p.mark, p.instance = p.reader.Mark(), name == "instances"
		return p.decode()
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

// decode reads the data for the function known so far. Only syntax errors are
// returned: whether the data was wanted at all is known at the end.
func (p *parser) decode() error {
	p.decodeAs = p.function
	var err error
	p.decoded, err = decodeInputs(p.reader, p.function, p.instance)
	p.fault = nil
	if errors.As(err, &p.fault) {
		return nil
	}
	return err
}

func (p *parser) finish() (serving.Call, *fault) {
	switch {
	case p.language:
		return serving.Call{}, invalidParameter("Failed to predict data with this model. \nError: 'messages', 'prompt' and 'input' are for language models, and this one takes tensors. Send 'inputs' or 'instances' alone.")
	case len(p.fields) != 1:
		return serving.Call{}, badRequest(fmt.Sprintf("%s Received dictionary with input fields: [%s]. %s", oneOfFour, quotedList(p.fields), protocolChanged))
	}
	inputs, f := p.inputs()
	if f != nil {
		return serving.Call{}, f
	}
	if f := enforce(p.function.Inputs(), inputs); f != nil {
		return serving.Call{}, f
	}
	if f := checkParams(p.params, p.model.Params()); f != nil {
		return serving.Call{}, f
	}
	return serving.Call{Function: p.function, Inputs: inputs}, nil
}

// inputs returns the tensors of the one field that is present.
func (p *parser) inputs() (map[string]tensor.Tensor, *fault) {
	switch p.fields[0] {
	case "dataframe_split":
		data, f := readSplit(p.frame)
		if f != nil {
			return nil, f
		}
		return data.tensors(p.function.Inputs(), p.function.Named())
	case "dataframe_records":
		data, f := readRecords(p.frame)
		if f != nil {
			return nil, f
		}
		return data.tensors(p.function.Inputs(), p.function.Named())
	}
	if p.decodeAs != p.function {
		p.reader.Return(p.mark)
		if err := p.decode(); err != nil {
			return nil, syntaxFault(err) // cannot be: its syntax was sound before
		}
	}
	return p.decoded, p.fault
}

// enforce checks the tensors against the signature.
func enforce(specs []mlruns.Input, inputs map[string]tensor.Tensor) *fault {
	var missing []string
	for _, spec := range specs {
		if _, ok := inputs[spec.Name]; !ok {
			missing = append(missing, spec.Name)
		}
	}
	if len(missing) > 0 {
		return enforcementFault(specs, fmt.Sprintf("Model is missing inputs [%s].", quotedList(missing)))
	}
	for _, spec := range specs {
		if input := inputs[spec.Name]; !spec.Accepts(input.Shape) {
			return enforcementFault(specs, fmt.Sprintf("Shape of input %s does not match expected shape %s.", tensor.ShapeText(input.Shape), tensor.ShapeText(spec.Shape)))
		}
	}
	return nil
}

// enforcementFault speaks as MLflow does, less the data.
func enforcementFault(specs []mlruns.Input, cause string) *fault {
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
	return badRequest("Invalid input. " + oneOfFour + " Received unexpected input type '" + pythonType(kind) + "'.")
}

func pythonType(kind tensorjson.Kind) string {
	switch kind {
	case tensorjson.Object:
		return "<class 'dict'>"
	case tensorjson.List:
		return "<class 'list'>"
	case tensorjson.Text:
		return "<class 'str'>"
	case tensorjson.Boolean:
		return "<class 'bool'>"
	case tensorjson.Null:
		return "<class 'NoneType'>"
	}
	return "<class 'float'>"
}

func quotedList(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = "'" + name + "'"
	}
	return strings.Join(quoted, ", ")
}
