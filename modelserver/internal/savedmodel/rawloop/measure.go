package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"time"

	tf "github.com/wamuir/graft/tensorflow"
)

// setting is how to call the model, and for how long.
type setting struct {
	Batch   int     `json:"batch"`   // films in a call
	Callers int     `json:"callers"` // calls at a time
	Seconds float64 `json:"seconds"`
}

// measured is the result of a setting.
type measured struct {
	setting
	Films        int     `json:"films"`
	FilmsASecond float64 `json:"films_per_second"`
	MedianMS     float64 `json:"median_ms"` // of one call
	CPUMS        float64 `json:"cpu_ms"`    // processor time for one film
}

// measure calls the model from every caller until the time is over. A call that is
// running at that moment is finished, and it counts with its whole time.
func (m *filmModel) measure(s setting, films [][]byte) (measured, error) {
	if s.Batch < 1 || s.Callers < 1 {
		return measured{}, errors.New("a setting needs a batch and a caller")
	}
	result := measured{setting: s}
	tensors := make([]*tf.Tensor, s.Callers)
	for caller := range tensors {
		var batch []byte
		for i := range s.Batch {
			batch = append(batch, films[(caller+i)%len(films)]...)
		}
		var err error
		if tensors[caller], err = m.tensor(batch, s.Batch); err != nil {
			return measured{}, err
		}
		if _, err = m.run(tensors[caller]); err != nil { // the first call of each batch size is the slowest
			return measured{}, err
		}
	}
	took := make([][]time.Duration, s.Callers)
	failures := make([]error, s.Callers)
	spent, started := processorTime(), time.Now()
	until := started.Add(time.Duration(s.Seconds * float64(time.Second)))
	var callers sync.WaitGroup
	for caller, t := range tensors {
		callers.Go(func() {
			for now := time.Now(); now.Before(until); {
				if _, failures[caller] = m.run(t); failures[caller] != nil {
					return
				}
				after := time.Now()
				took[caller] = append(took[caller], after.Sub(now))
				now = after
			}
		})
	}
	callers.Wait()
	elapsed := time.Since(started)
	spent = processorTime() - spent
	if err := errors.Join(failures...); err != nil {
		return measured{}, err
	}
	calls := slices.Concat(took...)
	slices.Sort(calls)
	result.Films = len(calls) * s.Batch
	result.FilmsASecond = float64(result.Films) / elapsed.Seconds()
	if len(calls) > 0 {
		result.MedianMS = calls[len(calls)/2].Seconds() * 1000
		result.CPUMS = spent.Seconds() * 1000 / float64(result.Films)
	}
	return result, nil
}

func (m *filmModel) tensor(pixels []byte, films int) (*tf.Tensor, error) {
	return tf.ReadTensor(tf.Uint8, append([]int64{int64(films)}, m.film...), bytes.NewReader(pixels))
}

func (m *filmModel) run(t *tf.Tensor) (*tf.Tensor, error) {
	out, err := m.session.Run(map[tf.Output]*tf.Tensor{m.feed: t}, []tf.Output{m.fetch}, nil)
	if err != nil {
		return nil, fmt.Errorf("run the model: %w", err)
	}
	return out[0], nil
}

// score computes each film alone: a server must give the same answer.
func (m *filmModel) score(films [][]byte) ([]float64, error) {
	var probabilities []float64
	for _, film := range films {
		t, err := m.tensor(film, 1)
		if err != nil {
			return nil, err
		}
		out, err := m.run(t)
		if err != nil {
			return nil, err
		}
		rows, ok := out.Value().([][]float32)
		if !ok || len(rows) != 1 || len(rows[0]) != 1 {
			return nil, errors.New("the model does not answer one number for a film")
		}
		probabilities = append(probabilities, float64(rows[0][0]))
	}
	return probabilities, nil
}

// processorTime is the time that this process has used so far.
func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0 // it cannot fail for the calling process
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
