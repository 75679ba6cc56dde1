package compare

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"pneumoscope/bench/load"
	"pneumoscope/bench/protocol"
	"pneumoscope/bench/report"
	"pneumoscope/bench/server"
)

// How long a request, and a server's start, may take. With many clients MLflow's
// server takes many seconds to answer.
const (
	requestTimeout = 2 * time.Minute
	startTimeout   = 3 * time.Minute
)

// ourStarts is how often our server is started; MLflow's takes too long for more
// than one start.
const ourStarts = 3

// startServers starts both servers with the same model directory. Our server finds it
// by the model's URI, as the raw loop did. MLflow's server gets it as an argument.
func (c *comparison) startServers(ctx context.Context) error {
	native := protocol.MLflow()
	ask := func(address string) error { return c.once(address, native, 0) }
	start := func(name string, command server.Config) (*server.Server, error) {
		command.Name, command.LogDir, command.Ask, command.Timeout = name, c.cfg.WorkDir, ask, startTimeout
		return server.Start(ctx, command)
	}

	c.say("start MLflow's server")
	theirs, err := start("mlflow", server.Config{Command: server.MLflow(c.cfg.MLflow, c.found.Dir)})
	if err != nil {
		return err
	}
	c.add(theirs, native, report.Server{Name: "MLflow", Key: "mlflow", StartMS: report.SpreadOf([]float64{milliseconds(theirs.Start)})}, true)
	if c.report.Machine.MLflow, err = get("http://" + theirs.Address + "/version"); err != nil {
		return err
	}

	c.say("start our server")
	var ours *server.Server
	var starts []float64
	for range ourStarts {
		if ours != nil {
			ours.Stop()
		}
		if ours, err = start("ours", server.Config{Command: server.Ours(c.cfg.ModelServer, c.cfg.Model, c.cfg.MLRuns)}); err != nil {
			return err
		}
		starts = append(starts, milliseconds(ours.Start))
	}
	described := report.Server{Name: "ours", StartMS: report.SpreadOf(starts)}
	described.Key = "ours_" + native.Key
	c.add(ours, native, described, false)
	others, err := otherProtocols(ours.Address)
	if err != nil {
		return err
	}
	for _, p := range others {
		if err := c.once(ours.Address, p, 0); err != nil {
			c.report.Absent = append(c.report.Absent, p.Name)
			c.say("our server does not speak %s: %v", p.Name, err)
			continue
		}
		described.Key = "ours_" + p.Key
		c.add(ours, p, described, false)
	}
	return nil
}

func (c *comparison) add(s *server.Server, p protocol.Protocol, r report.Server, mlflow bool) {
	requests := p.Requests(s.Address, c.films)
	r.Protocol, r.RequestBytes = p.Name, len(requests[0])
	c.sides = append(c.sides, &side{server: s, protocol: p, requests: requests, mlflow: mlflow, report: r, series: map[int]*series{}})
}

// otherProtocols are the protocols that MLflow does not speak, with our server's
// names for its model and its input.
func otherProtocols(address string) ([]protocol.Protocol, error) {
	var model struct{ Name, ID string }
	text, err := get("http://" + address + "/model")
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(text), &model); err != nil {
		return nil, fmt.Errorf("read /model: %w", err)
	}
	name := cmp.Or(model.Name, model.ID) // a model that is served from a directory has no registered name
	var metadata struct{ Inputs []struct{ Name string } }
	input := "input-0"
	text, err = get("http://" + address + "/v2/models/" + name)
	if err == nil && json.Unmarshal([]byte(text), &metadata) == nil && len(metadata.Inputs) == 1 {
		input = metadata.Inputs[0].Name
	}
	return []protocol.Protocol{protocol.OpenInference(name, input), protocol.TFServing(cmp.Or(model.Name, "default"))}, nil
}

// once sends one film and checks the answer.
func (c *comparison) once(address string, p protocol.Protocol, film int) error {
	target := load.Target{
		Address: address, Requests: [][]byte{p.Request(address, c.films[film])}, Timeout: requestTimeout,
		Check: p.Check(c.found.Probabilities[film : film+1]),
	}
	result := load.Closed{Clients: 1, Requests: 1, Duration: requestTimeout}.Run(target)
	if result.Accepted != 1 {
		return fmt.Errorf("no right answer: %s", result.Fault)
	}
	return nil
}

// warmUp puts every server under load before anything counts: the first run of each
// batch size is the slowest.
func (c *comparison) warmUp(context.Context) error {
	for _, s := range c.sides {
		c.say("warm up %s, %s", s.report.Name, s.protocol.Name)
		closed := load.Closed{Clients: clientCounts[len(clientCounts)-1], Duration: seconds(c.cfg.Seconds)}
		if s.mlflow {
			closed = load.Closed{Clients: 2, Requests: 4, Duration: requestTimeout}
		}
		if result := closed.Run(c.target(s)); result.Faults() > 0 {
			return fmt.Errorf("%s, %s: %d of %d answers are wrong or missing, such as: %s", s.report.Name, s.protocol.Name, result.Faults(), result.Offered, result.Fault)
		}
	}
	return nil
}

func (c *comparison) target(s *side) load.Target {
	return load.Target{Address: s.server.Address, Requests: s.requests, Timeout: requestTimeout, Check: s.protocol.Check(c.found.Probabilities)}
}

func get(url string) (string, error) {
	response, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("GET %s: %s", url, response.Status)
	}
	return strings.TrimSpace(string(text)), nil
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }
