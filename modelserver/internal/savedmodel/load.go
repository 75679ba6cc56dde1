// Package savedmodel loads a TensorFlow SavedModel into TensorFlow's C library
// and runs its signatures. No other package of the server calls TensorFlow.
package savedmodel

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	tf "github.com/wamuir/graft/tensorflow"
	"github.com/wamuir/graft/tensorflow/core/protobuf/for_core_protos_go_proto"
	"google.golang.org/protobuf/proto"
)

// wantVersion is the version of TensorFlow that the Go binding was made for.
const wantVersion = "2.18."

// Reasons why a directory cannot be served.
var (
	ErrNotSavedModel = errors.New("there is no saved_model.pb in it")
	ErrUnreadable    = errors.New("its saved_model.pb cannot be read")
	ErrNoMetaGraph   = errors.New("it holds no graph with the tags asked for")
	ErrNoSignature   = errors.New("it has no SignatureDef that can be served: log it with saved_model_kwargs={\"signatures\": {\"serving_default\": …}}")
	ErrVersion       = errors.New("the TensorFlow library does not fit")
)

// Config says which SavedModel to load, and how.
type Config struct {
	Dir  string
	Tags []string // the graph's tags; nil means "serve"
	// Threads that one run may use within an operation and across operations;
	// 0 lets TensorFlow choose; -1 across operations keeps a run in the calling
	// thread, which saves two changes of thread.
	IntraOpThreads, InterOpThreads int
}

// Model is a loaded SavedModel. Run is safe for concurrent use.
type Model struct {
	session    *tf.Session
	signatures map[string]*signature
	variables  bool // the directory holds values of variables
}

// LibraryVersion is the version of the TensorFlow library in this process.
func LibraryVersion() string { return tf.Version() }

// Load reads and checks the directory, loads its graph and values into a new
// session, and resolves every signature that can be served.
func Load(cfg Config) (*Model, error) {
	if version := tf.Version(); !strings.HasPrefix(version, wantVersion) {
		return nil, fmt.Errorf("%w: this server was built for TensorFlow %sx and found %s", ErrVersion, wantVersion, version)
	}
	limitArenas()
	if cfg.Tags == nil {
		cfg.Tags = []string{"serve"}
	}
	graph, err := readMetaGraph(cfg.Dir, cfg.Tags)
	if err != nil {
		return nil, err
	}
	signatures := describe(graph)
	if len(signatures) == 0 {
		return nil, ErrNoSignature
	}
	writtenBy := graph.GetMetaInfoDef().GetTensorflowVersion()

	options, err := sessionOptions(cfg)
	if err != nil {
		return nil, err
	}
	loaded, err := tf.LoadSavedModel(cfg.Dir, cfg.Tags, options)
	if err != nil {
		reason, _, _ := strings.Cut(err.Error(), "\n")
		if operation := missingOperation(err.Error()); operation != "" {
			reason = withoutOperation(operation)
		}
		if newer(writtenBy, tf.Version()) {
			return nil, fmt.Errorf("%w: the model was written by TensorFlow %s and this server has %s (%s)", ErrVersion, writtenBy, tf.Version(), reason)
		}
		return nil, fmt.Errorf("load into TensorFlow: %s", reason)
	}
	_, absent := os.Stat(filepath.Join(cfg.Dir, "variables", "variables.index"))
	m := &Model{session: loaded.Session, signatures: signatures, variables: absent == nil}
	for name, s := range signatures {
		if err := s.resolve(loaded.Graph, graph.GetSignatureDef()[name]); err != nil {
			m.Close()
			return nil, fmt.Errorf("signature %q: %w", name, err)
		}
	}
	return m, nil
}

// Close waits for the runs in flight and frees the model.
func (m *Model) Close() error { return m.session.Close() }

func readMetaGraph(dir string, tags []string) (*for_core_protos_go_proto.MetaGraphDef, error) {
	text, err := os.ReadFile(filepath.Join(dir, "saved_model.pb"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNotSavedModel
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	var saved for_core_protos_go_proto.SavedModel
	if err := proto.Unmarshal(text, &saved); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	for _, graph := range saved.GetMetaGraphs() {
		have := slices.Sorted(slices.Values(graph.GetMetaInfoDef().GetTags()))
		if slices.Equal(have, slices.Sorted(slices.Values(tags))) {
			return graph, nil
		}
	}
	return nil, fmt.Errorf("%w: %s", ErrNoMetaGraph, strings.Join(tags, ", "))
}

// sessionOptions writes the thread limits as TensorFlow reads them.
func sessionOptions(cfg Config) (*tf.SessionOptions, error) {
	config, err := proto.Marshal(&for_core_protos_go_proto.ConfigProto{
		IntraOpParallelismThreads: int32(cfg.IntraOpThreads),
		InterOpParallelismThreads: int32(cfg.InterOpThreads),
	})
	if err != nil {
		return nil, err
	}
	return &tf.SessionOptions{Config: config}, nil
}

// newer compares "major.minor" of two version texts.
func newer(a, b string) bool {
	var aMajor, aMinor, bMajor, bMinor int
	if _, err := fmt.Sscanf(a, "%d.%d", &aMajor, &aMinor); err != nil {
		return false
	}
	if _, err := fmt.Sscanf(b, "%d.%d", &bMajor, &bMinor); err != nil {
		return false
	}
	return aMajor > bMajor || aMajor == bMajor && aMinor > bMinor
}
