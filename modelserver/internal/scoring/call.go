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
	p := parser{reader: reader, model: model, function: model.Function(""), named: map[string]tensorjson.Kind{}}
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
	language bool                       // a key of MLflow's path for language models was present
	named    map[string]tensorjson.Kind // inputs that were present as members, where they mean nothing but on that path

	// decoded is what the data was read as, for the function known then: the
	// name of another may still follow.
	decoded  map[string]tensor.Tensor
	fault    *fault
	decodeAs *bundle.Function
	stale    bool // the data came once more
}

// member takes one member of the object. Of two with one name the last counts.
func (p *parser) member(name string) (err error) {
	if spec, ok := find(p.function.Inputs(), name); ok && spec.Name != "" {
		p.named[name] = p.reader.Kind()
	}
	switch name {
	case "inputs", "instances":
		p.present(name)
		p.mark, p.instance = p.reader.Mark(), name == "instances"
		if p.decodeAs != nil { // the last of them is read, once, at the end
			p.stale = true
			return p.reader.Skip()
		}
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
		return serving.Call{}, p.languageFault()
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

// languageFault refuses what MLflow would hand to a model whole, unread: then
// the members of the request are the inputs, and none of them is an array.
func (p *parser) languageFault() *fault {
	const hint = " 'messages', 'prompt' and 'input' are for language models: send 'inputs' or 'instances' alone."
	specs := p.function.Inputs()
	if !p.function.Named() {
		return enforcementFault(specs, noNames("<class 'dict'>")+hint)
	}
	if missing := missingInputs(specs, func(name string) bool { _, ok := p.named[name]; return ok }); missing != "" {
		return enforcementFault(specs, missing+hint)
	}
	return enforcementFault(specs, "This model contains a tensor-based model signature with input names, which suggests a dictionary input mapping input name to a numpy array, but a dict with value type "+pythonType(p.named[specs[0].Name])+" was found."+hint)
}

// noNames says that something came for which the signature would need names.
func noNames(kind string) string {
	return "This model contains a tensor-based model signature with no input names, which suggests a numpy array input or a pandas dataframe input with proper column values, but an input of type " + kind + " was found."
}

// missingInputs says which of the inputs are not there; nothing when all are.
func missingInputs(specs []mlruns.Input, has func(name string) bool) string {
	var missing []string
	for _, spec := range specs {
		if !has(spec.Name) {
			missing = append(missing, spec.Name)
		}
	}
	if len(missing) == 0 {
		return ""
	}
	return fmt.Sprintf("Model is missing inputs [%s].", quotedList(missing))
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
	if p.decodeAs == p.function && !p.stale {
		return p.decoded, p.fault
	}
	if readAlike(p.decodeAs, p.function) && !p.stale {
		if input, ok := p.decoded[p.decodeAs.Inputs()[0].Name]; ok {
			return map[string]tensor.Tensor{p.function.Inputs()[0].Name: input}, nil
		}
	}
	p.reader.Return(p.mark)
	if err := p.decode(); err != nil {
		return nil, syntaxFault(err) // cannot be: its syntax was sound before
	}
	return p.decoded, p.fault
}

// readAlike says whether two functions that take one array without a name read it
// the same way. Then what was read for one, before the name of the other was
// known, need not be read again.
func readAlike(a, b *bundle.Function) bool {
	if a.Named() || b.Named() {
		return false
	}
	x, y := a.Inputs()[0].Spec, b.Inputs()[0].Spec
	return x.DType == y.DType && x.UnknownRank == y.UnknownRank && slices.Equal(x.Shape, y.Shape)
}

// enforce checks the tensors against the signature.
func enforce(specs []mlruns.Input, inputs map[string]tensor.Tensor) *fault {
	if missing := missingInputs(specs, func(name string) bool { _, ok := inputs[name]; return ok }); missing != "" {
		return enforcementFault(specs, missing)
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
