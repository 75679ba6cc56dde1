package tfserving

import (
	"errors"

	"pneumoscope/modelserver/internal/httpserver"
	"pneumoscope/modelserver/internal/inference"
	"pneumoscope/modelserver/internal/model"
	"pneumoscope/modelserver/internal/protocol/provisional"
	"pneumoscope/modelserver/internal/tensor"
	"pneumoscope/modelserver/internal/tensorjson"
)

const (
	instancesKey = "instances"
	inputsKey    = "inputs"
	signatureKey = "signature_name"
)

// parseCall reads a body in one pass over the numbers. columns says that the data
// came as "inputs": then the answer has that form too.
func parseCall(body []byte, m *model.Model) (call inference.Call, columns bool, f *fault) {
	if len(body) == 0 {
		return inference.Call{}, false, badRequest("JSON Parse error: The document is empty")
	}
	reader, err := tensorjson.NewReader(body)
	if err != nil {
		return inference.Call{}, false, syntaxFault(err)
	}
	if reader.Kind() != tensorjson.Object {
		if err := errors.Join(reader.Skip(), reader.End()); err != nil {
			return inference.Call{}, false, syntaxFault(err)
		}
		return inference.Call{}, false, badRequest("JSON Value: Is not object")
	}
	function, _ := m.Lookup("")
	p := parser{reader: reader, model: m, function: function}
	if err := reader.Object(p.take); err != nil {
		return inference.Call{}, false, syntaxFault(err)
	}
	if err := reader.End(); err != nil {
		return inference.Call{}, false, syntaxFault(err)
	}
	call, f = p.finish()
	return call, p.member == inputsKey, f
}

// parser collects the members of a request's object. Of two members with one
// name the first counts, as in TensorFlow Serving.
type parser struct {
	reader   *tensorjson.Reader
	model    *model.Model
	function *model.Function

	named     bool   // there was a signature_name
	signature *fault // why the signature_name cannot be used
	member    string // "instances" or "inputs", whichever came first
	both      bool
	data      provisional.Value[map[string]tensor.Tensor]
	readAs    *model.Function // the function that the data was read for
}

func (p *parser) take(name string) error {
	switch {
	case name == signatureKey && !p.named:
		p.named = true
		return p.selectFunction()
	case name == instancesKey || name == inputsKey:
		if p.member == "" {
			p.member = name
			return p.data.Take(p.reader, true, p.decode)
		}
		p.both = p.both || p.member != name
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
		p.signature = badRequest("Serving signature name: %q not found in signature def", httpserver.Sanitize(name))
		return nil
	}
	p.function = function
	return nil
}

// decode reads the data for the function known so far.
func (p *parser) decode() (map[string]tensor.Tensor, error) {
	p.readAs = p.function
	if p.member == inputsKey {
		return decodeColumns(p.reader, p.function)
	}
	return decodeRows(p.reader, p.function)
}

func (p *parser) finish() (inference.Call, *fault) {
	switch {
	case p.signature != nil:
		return inference.Call{}, p.signature
	case p.both:
		return inference.Call{}, badRequest("JSON Value: Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist")
	case p.member == "":
		return inference.Call{}, badRequest("Missing 'inputs' or 'instances' key")
	}
	if p.readAs != p.function {
		p.data.Outdate()
	}
	inputs, err := p.data.Final(p.reader, p.decode)
	if f, ok := errors.AsType[*fault](err); ok {
		return inference.Call{}, f
	}
	if err != nil {
		return inference.Call{}, syntaxFault(err) // cannot happen: its syntax was checked before
	}
	for _, spec := range p.function.Inputs() {
		// TensorFlow Serving leaves this to the graph, whose message may hold values.
		if shape := inputs[spec.Name].Shape; !spec.Accepts(shape) {
			return inference.Call{}, badRequest("Input %s has the shape %s, and the signature %q takes %s.", p.function.Key(spec.Name), shapeText(shape), p.function.Name(), shapeText(spec.Shape))
		}
	}
	return inference.Call{Function: p.function, Inputs: inputs}, nil
}
