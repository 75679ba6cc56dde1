package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	tf "github.com/wamuir/graft/tensorflow"
	"github.com/wamuir/graft/tensorflow/core/protobuf/for_core_protos_go_proto"
	"google.golang.org/protobuf/proto"

	"pneumoscope/modelserver/internal/mlruns"
	"pneumoscope/modelserver/internal/model"
)

// filmModel is a session, and the input and output of its one function.
type filmModel struct {
	loaded  loaded
	session *tf.Session
	feed    tf.Output
	fetch   tf.Output
	film    []int64 // the input's shape without its batch axis
}

// loaded is the program's first line.
type loaded struct {
	Dir        string `json:"dir"` // the model's directory, so that the servers can load the same model
	TensorFlow string `json:"tensorflow"`
	// Probabilities of the films, in order.
	Probabilities []float64 `json:"probabilities"`
}

func load(uri, store string, intra, inter int) (*filmModel, error) {
	parsed, err := mlruns.ParseURI(uri)
	if err != nil {
		return nil, err
	}
	models, err := mlruns.Open(mlruns.Config{Tracking: store})
	if err != nil {
		return nil, err
	}
	defer models.Close()
	location, err := models.Locate(context.Background(), parsed)
	if err != nil {
		return nil, err
	}
	described, err := model.ReadMLmodel(location.Dir)
	if err != nil {
		return nil, err
	}
	config, err := proto.Marshal(&for_core_protos_go_proto.ConfigProto{
		IntraOpParallelismThreads: int32(intra), InterOpParallelismThreads: int32(inter),
	})
	if err != nil {
		return nil, err
	}
	tags := described.Tags
	if tags == nil {
		tags = []string{"serve"}
	}
	saved, err := tf.LoadSavedModel(filepath.Join(location.Dir, described.SavedModelDir), tags, &tf.SessionOptions{Config: config})
	if err != nil {
		return nil, fmt.Errorf("load the model: %w", err)
	}
	m := &filmModel{session: saved.Session, loaded: loaded{Dir: location.Dir, TensorFlow: tf.Version()}}
	return m, m.bind(saved)
}

// bind finds the function's input and output. A model of films has one of each.
func (m *filmModel) bind(saved *tf.SavedModel) error {
	signature, ok := saved.Signatures["serving_default"]
	if !ok || len(signature.Inputs) != 1 || len(signature.Outputs) != 1 {
		return errors.New("the model has no serving_default of one input and one output")
	}
	var err error
	for _, input := range signature.Inputs {
		if input.DType != tf.Uint8 {
			return errors.New("the model's input is not uint8")
		}
		axes, sized := input.Shape.ToSlice()
		if sized != nil || len(axes) == 0 {
			return errors.New("the model's input has no known shape")
		}
		m.film = axes[1:]
		if m.feed, err = end(saved.Graph, input.Name); err != nil {
			return err
		}
	}
	for _, output := range signature.Outputs {
		if m.fetch, err = end(saved.Graph, output.Name); err != nil {
			return err
		}
	}
	return nil
}

// cut divides bytes into films.
func (m *filmModel) cut(pixels []byte) ([][]byte, error) {
	size := 1
	for _, axis := range m.film {
		size *= int(axis)
	}
	if len(pixels) == 0 || size < 1 || len(pixels)%size != 0 {
		return nil, fmt.Errorf("%d bytes are no films of %d", len(pixels), size)
	}
	return slices.Collect(slices.Chunk(pixels, size)), nil
}

// end finds "operation:index" in the graph.
func end(graph *tf.Graph, name string) (tf.Output, error) {
	operation, index, _ := strings.Cut(name, ":")
	i, err := strconv.Atoi(index)
	op := graph.Operation(operation)
	if err != nil || op == nil {
		return tf.Output{}, fmt.Errorf("tensor %q is not in the graph", name)
	}
	return op.Output(i), nil
}
