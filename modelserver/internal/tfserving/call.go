package tfserving

import (
	"errors"

	"pneumoscope/modelserver/internal/bundle"
	"pneumoscope/modelserver/internal/endpoint"
	"pneumoscope/modelserver/internal/serving"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

const (
	instancesKey = "instances"
	inputsKey    = "inputs"
	signatureKey = "signature_name"
)

// parseCall reads a body in one pass over the numbers. columns says that the
// data came as "inputs", and so must the answer.
func parseCall(body []byte, model *bundle.Model) (call serving.Call, columns bool, f *fault) {
	if len(body) == 0 {
		return serving.Call{}, false, badRequest("JSON Parse error: The document is empty")
	}
	reader, err := tensorjson.NewReader(body)
	if err != nil {
		return serving.Call{}, false, syntaxFault(err)
	}
	if reader.Kind() != tensorjson.Object {
		if err := errors.Join(reader.Skip(), reader.End()); err != nil {
			return serving.Call{}, false, syntaxFault(err)
		}
		return serving.Call{}, false, badRequest("JSON Value: Is not object")
	}
	function, _ := model.Lookup("")
	p := parser{reader: reader, model: model, function: function}
	if err := reader.Object(p.member); err != nil {
		return serving.Call{}, false, syntaxFault(err)
	}
	if err := reader.End(); err != nil {
		return serving.Call{}, false, syntaxFault(err)
	}
	call, f = p.finish()
	return call, p.data == inputsKey, f
}

// parser collects the members of a request's object. Of two members with one
// name the first counts, as in TensorFlow Serving.
type parser struct {
	reader   *tensorjson.Reader
	model    *bundle.Model
	function *bundle.Function

	named     bool   // the signature's name has been there
	signature *fault // what is wrong with it
	data      string // which of the two members was there first
	both      bool
	mark      tensorjson.Mark // before its value

	// decoded is what the data was read as, for the function known then: the
	// name of another may still follow.
	decoded  map[string]tensor.Tensor
	fault    *fault
	decodeAs *bundle.Function
}

func (p *parser) member(name string) error {
	switch {
	case name == signatureKey && !p.named:
		p.named = true
		return p.selectFunction()
	case name == instancesKey || name == inputsKey:
		if p.data == "" {
			p.data, p.mark = name, p.reader.Mark()
			return p.decode()
		}
		p.both = p.both || p.data != name
	}
	return p.reader.Skip()
}

func (p *parser) selectFunction() error {
	if p.reader.Kind() != tensorjson.Text {
		p.signature = badRequest("JSON Value: not formatted correctly. 'signature_name' key must be a string value.")
		return p.reader.Skip()
	}
	name, err := p.reader.Text()
	if err != nil {
		return err
	}
	function, ok := p.model.Lookup(name)
	if !ok {
		p.signature = badRequest("Serving signature name: %q not found in signature def", endpoint.Word(name))
		return nil
	}
	p.function = function
	return nil
}

// decode reads the data for the function known so far. Only syntax errors are
// returned: whether the data was wanted at all is known at the end.
func (p *parser) decode() error {
	p.decodeAs = p.function
	var err error
	if p.data == inputsKey {
		p.decoded, err = decodeColumns(p.reader, p.function)
	} else {
		p.decoded, err = decodeRows(p.reader, p.function)
	}
	p.fault = nil
	if errors.As(err, &p.fault) {
		return nil
	}
	return err
}

func (p *parser) finish() (serving.Call, *fault) {
	switch {
	case p.signature != nil:
		return serving.Call{}, p.signature
	case p.both:
		return serving.Call{}, badRequest("JSON Value: Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist")
	case p.data == "":
		return serving.Call{}, badRequest("Missing 'inputs' or 'instances' key")
	}
	if p.decodeAs != p.function {
		p.reader.Return(p.mark)
		if err := p.decode(); err != nil {
			return serving.Call{}, syntaxFault(err) // cannot be: its syntax was sound before
		}
	}
	if p.fault != nil {
		return serving.Call{}, p.fault
	}
	for _, spec := range p.function.Inputs() {
		// TensorFlow Serving leaves it to the graph, whose words may name values.
		if shape := p.decoded[spec.Name].Shape; !spec.Accepts(shape) {
			return serving.Call{}, badRequest("Input %s has the shape %s, and the signature %q takes %s.", p.function.Key(spec.Name), shapeText(shape), p.function.Name(), shapeText(spec.Shape))
		}
	}
	return serving.Call{Function: p.function, Inputs: p.decoded}, nil
}
