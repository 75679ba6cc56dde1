package openinference

import (
	"errors"

	"pneumoscope/modelserver/internal/tensorjson"
)

// request is what the JSON of a body says.
type request struct {
	id        *string
	signature string
	binary    bool // outputs are answered as bytes, unless the output says otherwise
	inputs    []input
	outputs   []wanted
}

// wanted is an output that a request names.
type wanted struct {
	name   string
	binary *bool
}

// parser reads a request. Its methods return a *fault for valid JSON that cannot be
// used, and the reader's own errors otherwise.
type parser struct {
	reader *tensorjson.Reader
	request
}

func parseJSON(text []byte) (*request, *fault) {
	reader, err := tensorjson.NewReader(text)
	if err != nil {
		return nil, asFault(err)
	}
	p := parser{reader: reader}
	if err := p.object("the body", p.member); err != nil {
		return nil, asFault(err)
	}
	if err := reader.End(); err != nil {
		return nil, asFault(err)
	}
	return &p.request, nil
}

func asFault(err error) *fault {
	if f, ok := errors.AsType[*fault](err); ok {
		return f
	}
	return badRequest("The request is not valid JSON: %s.", err)
}

// member takes one member of the request. If a name occurs twice, the last one counts.
// Unknown members are skipped.
func (p *parser) member(name string) error {
	switch name {
	case "id":
		id, err := p.optionalText("id")
		p.id = id
		return err
	case "parameters":
		p.signature, p.binary = "", false
		return p.object("parameters", p.parameter)
	case "inputs":
		p.inputs = nil
		return p.list("inputs", p.input)
	case "outputs":
		p.outputs = nil
		return p.list("outputs", p.output)
	}
	return p.reader.Skip()
}

func (p *parser) parameter(name string) error {
	switch name {
	case "signature_name":
		signature, err := p.optionalText("signature_name")
		p.signature = ""
		if signature != nil {
			p.signature = *signature
		}
		return err
	case "binary_data_output":
		binary, err := p.optionalBool("binary_data_output")
		p.binary = binary != nil && *binary
		return err
	}
	return p.reader.Skip()
}

// output reads one element of the outputs.
func (p *parser) output() error {
	if len(p.outputs) == maxTensors {
		return errTooManyTensors
	}
	var output wanted
	err := p.object("an output", func(name string) (err error) {
		switch name {
		case "name":
			output.name, err = p.text("the name of an output")
			return err
		case "parameters":
			output.binary = nil
			return p.object("the parameters of an output", func(name string) error { return p.outputParameter(name, &output) })
		}
		return p.reader.Skip()
	})
	p.outputs = append(p.outputs, output)
	return err
}

func (p *parser) outputParameter(name string, output *wanted) error {
	switch name {
	case "binary_data":
		binary, err := p.optionalBool("binary_data")
		output.binary = binary
		return err
	case "classification":
		return badRequest("This server does not classify outputs: ask for the output itself.")
	case "shared_memory_region":
		return errSharedMemory
	}
	return p.reader.Skip()
}

// maxTensors bounds the inputs and the outputs of a request: each takes more memory
// than its text.
const maxTensors = 1024

var errTooManyTensors = badRequest("A request may name %d inputs and as many outputs.", maxTensors)

var errSharedMemory = badRequest("This server shares no memory with its clients: send and ask for the data themselves.")

// object reads an object. null counts as an empty one: some clients write it for an
// absent member.
func (p *parser) object(what string, member func(name string) error) error {
	switch p.reader.Kind() {
	case tensorjson.Object:
		return p.reader.Object(member)
	case tensorjson.Null:
		return p.reader.Skip()
	}
	return p.unfit("%s must be an object", what)
}

func (p *parser) list(what string, element func() error) error {
	switch p.reader.Kind() {
	case tensorjson.List:
		return p.reader.List(element)
	case tensorjson.Null:
		return p.reader.Skip()
	}
	return p.unfit("%s must be a list", what)
}

func (p *parser) text(what string) (string, error) {
	if p.reader.Kind() != tensorjson.Text {
		return "", p.unfit("%s must be a string", what)
	}
	return p.reader.Text()
}

// optionalText is nil for null.
func (p *parser) optionalText(what string) (*string, error) {
	if p.reader.Kind() == tensorjson.Null {
		return nil, p.reader.Skip()
	}
	text, err := p.text(what)
	return &text, err
}

// optionalBool is nil for null.
func (p *parser) optionalBool(what string) (*bool, error) {
	if p.reader.Kind() == tensorjson.Null {
		return nil, p.reader.Skip()
	}
	value, ok, err := p.reader.Bool()
	if err == nil && !ok {
		return nil, badRequest("The request cannot be used: %s must be true or false.", what)
	}
	return &value, err
}

// unfit skips a value of the wrong kind, so that a syntax error in it is reported
// first.
func (p *parser) unfit(format, what string) error {
	if err := p.reader.Skip(); err != nil {
		return err
	}
	return badRequest("The request cannot be used: "+format+".", what)
}
