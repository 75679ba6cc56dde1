// Command rawloop measures the upper limit for any server of a model: it calls
// TensorFlow in a loop and does nothing else. The films are made into tensors before
// the clock starts.
//
// Its first line of output describes what it has loaded. Then it reads settings from
// standard input, one a line, and answers each with one line, so that a benchmark can
// alternate between it and a server. All lines are JSON. Threads and oneDNN are
// settings of the process, not of a call: TensorFlow has one pool of threads for all
// its sessions and reads TF_ENABLE_ONEDNN_OPTS once.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "rawloop:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("rawloop", flag.ContinueOnError)
	uri := flags.String("model", "models:/pneumonia@champion", "which model, as MLflow writes it")
	store := flags.String("mlruns", "mlruns", "`folder` of the MLflow file store")
	file := flags.String("films", "", "`file` of films: their bytes, one after the other")
	intra := flags.Int("intra", 0, "threads within an operation; 0: TensorFlow's own choice")
	inter := flags.Int("inter", 0, "threads across operations; 0: TensorFlow's own choice, -1: none, a call stays in its thread")
	if err := flags.Parse(args); err != nil {
		return err
	}
	pixels, err := os.ReadFile(*file)
	if err != nil {
		return fmt.Errorf("read the films: %w", err)
	}
	model, err := load(*uri, *store, *intra, *inter)
	if err != nil {
		return err
	}
	defer model.session.Close()

	films, err := model.cut(pixels)
	if err != nil {
		return err
	}
	if model.loaded.Probabilities, err = model.score(films); err != nil {
		return err
	}
	settings, answers := json.NewDecoder(in), json.NewEncoder(out)
	if err := answers.Encode(model.loaded); err != nil {
		return err
	}
	for {
		var s setting
		if err := settings.Decode(&s); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read a setting: %w", err)
		}
		measured, err := model.measure(s, films)
		if err != nil {
			return err
		}
		if err := answers.Encode(measured); err != nil {
			return err
		}
	}
}
