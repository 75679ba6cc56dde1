package main

import (
	"errors"
	"time"

	"pneumoscope/internal/daemon"
)

// config is the model server's configuration, read from MODELSERVER_… variables.
// Names come from the fields: a name in the tag would be read without the
// prefix too.
type config struct {
	daemon.Settings
	Listen               string        `default:":8000" desc:"address of the scoring port"`
	AdminListen          string        `split_words:"true" default:":8001" desc:"address of metrics and probes; never publish it"`
	ModelURI             string        `split_words:"true" default:"models:/pneumonia@champion" desc:"which model to serve: a directory, file:///…, runs:/…, models:/name@alias, models:/name/version or models:/m-…"`
	Mlruns               string        `default:"mlruns" desc:"the MLflow store that runs:/ and models:/ refer to: a folder, file:///…, sqlite:///relative.db, sqlite:////absolute.db, or http(s)://host:port of a tracking server"`
	CacheDir             string        `split_words:"true" desc:"folder that keeps models fetched from a tracking server; empty: pneumoscope in the user's cache folder ($XDG_CACHE_HOME or ~/.cache)"`
	TrackingTokenFile    string        `split_words:"true" desc:"file with the bearer token for the tracking server; empty: none"`
	TrackingUsername     string        `split_words:"true" desc:"user name for the tracking server; empty: none"`
	TrackingPasswordFile string        `split_words:"true" desc:"file with that user's password"`
	MlflowVersion        string        `split_words:"true" default:"3.17.2" desc:"what GET /version answers: the MLflow whose protocol is spoken"`
	MaxBodyBytes         int64         `split_words:"true" default:"67108864" desc:"largest request body, in bytes"`
	MaxMemoryBytes       int64         `split_words:"true" default:"134217728" desc:"bytes that the bodies and tensors of all requests under way may hold; more are refused with 503"`
	MaxRequestRows       int           `split_words:"true" default:"1024" desc:"most rows in one request; more are refused with 413"`
	MaxConnections       int           `split_words:"true" default:"1024" desc:"connections open at a time; more wait until one closes"`
	TokenFile            string        `split_words:"true" desc:"file with the token that requests must bear (Authorization: Bearer …); empty: none is asked for"`
	OtherProtocols       bool          `split_words:"true" default:"true" desc:"answer the Open Inference Protocol (/v2) and TensorFlow Serving's REST (/v1) too"`
	ReloadInterval       time.Duration `split_words:"true" default:"30s" desc:"how often to look whether the model's alias has moved; 0s: only on SIGHUP"`
	ReadTimeout          time.Duration `split_words:"true" default:"30s" desc:"how long a client may take to send a request"`
	RequestTimeout       time.Duration `split_words:"true" default:"60s" desc:"how long an answer may take once the body is there"`
	ParallelRuns         int           `split_words:"true" default:"0" desc:"runs of the model at a time; 0: one for each processor"`
	MaxBatchRows         int           `split_words:"true" default:"8" desc:"most rows in one run; 1 runs every row alone, 0 every request whole and alone"`
	BatchDelay           time.Duration `split_words:"true" default:"1ms" desc:"how long a run with room left waits for company while another is under way"`
	MaxQueueRows         int           `split_words:"true" default:"256" desc:"rows that may wait for a run; more are refused with 503"`
	IntraOpThreads       int           `split_words:"true" default:"1" desc:"threads within one TensorFlow operation; 0: one for each processor, for large models asked by few"`
	InterOpThreads       int           `split_words:"true" default:"-1" desc:"threads across TensorFlow operations; -1: none, a run stays in the thread that asks for it; 0: one for each processor"`
}

// Validate says which setting cannot be used, and what would be.
func (c config) Validate() error {
	switch {
	case (c.TrackingUsername == "") != (c.TrackingPasswordFile == ""):
		return errors.New("TRACKING_USERNAME: want it and TRACKING_PASSWORD_FILE, or neither")
	case c.TrackingTokenFile != "" && c.TrackingUsername != "":
		return errors.New("TRACKING_TOKEN_FILE: want it or TRACKING_USERNAME, not both")
	case c.MaxBodyBytes <= 0:
		return errors.New("MAX_BODY_BYTES: want more than 0")
	case c.MaxMemoryBytes <= 0:
		return errors.New("MAX_MEMORY_BYTES: want more than 0")
	case c.MaxRequestRows <= 0:
		return errors.New("MAX_REQUEST_ROWS: want 1 or more")
	case c.MaxConnections <= 0:
		return errors.New("MAX_CONNECTIONS: want 1 or more")
	case c.ReloadInterval < 0:
		return errors.New("RELOAD_INTERVAL: want 0s or more")
	case c.ReadTimeout <= 0:
		return errors.New("READ_TIMEOUT: want more than 0s")
	case c.RequestTimeout <= 0:
		return errors.New("REQUEST_TIMEOUT: want more than 0s")
	case c.ParallelRuns < 0:
		return errors.New("PARALLEL_RUNS: want 0 or more")
	case c.MaxBatchRows < 0:
		return errors.New("MAX_BATCH_ROWS: want 0 or more")
	case c.BatchDelay < 0:
		return errors.New("BATCH_DELAY: want 0s or more")
	case c.MaxQueueRows < 0:
		return errors.New("MAX_QUEUE_ROWS: want 0 or more")
	case c.IntraOpThreads < 0:
		return errors.New("INTRA_OP_THREADS: want 0 or more")
	case c.InterOpThreads < -1:
		return errors.New("INTER_OP_THREADS: want -1 or more")
	}
	return c.Settings.Validate()
}
