package main

import (
	"errors"
	"time"

	"pneumoscope/internal/daemon"
)

// config is the model server's configuration, read from MODELSERVER_… variables.
// The variables are named after the fields. No tag gives a name, because envconfig
// would then also read the variable of that name without the prefix.
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
	MlflowVersion        string        `split_words:"true" default:"3.17.2" desc:"the answer of GET /version: the version of MLflow whose protocol is served"`
	MaxBodyBytes         int64         `split_words:"true" default:"67108864" above:"0" desc:"largest request body, in bytes"`
	MaxMemoryBytes       int64         `split_words:"true" default:"134217728" above:"0" desc:"bytes that the bodies and tensors of all requests in flight may hold; more are refused with 503"`
	MaxRequestRows       int           `split_words:"true" default:"1024" min:"1" desc:"maximum rows in one request; more are refused with 413"`
	MaxConnections       int           `split_words:"true" default:"1024" min:"1" desc:"connections open at a time; more wait until one closes"`
	TokenFile            string        `split_words:"true" desc:"file with the token that requests must bear (Authorization: Bearer …); empty: none is required"`
	OtherProtocols       bool          `split_words:"true" default:"true" desc:"answer the Open Inference Protocol (/v2) and TensorFlow Serving's REST (/v1) too"`
	ReloadInterval       time.Duration `split_words:"true" default:"30s" min:"0s" desc:"how often to check whether the model's alias has moved; 0s: only on SIGHUP"`
	ReadTimeout          time.Duration `split_words:"true" default:"30s" above:"0s" desc:"how long a client may take to send a request"`
	RequestTimeout       time.Duration `split_words:"true" default:"60s" above:"0s" desc:"how long an answer may take once the body is there"`
	ParallelRuns         int           `split_words:"true" default:"0" min:"0" desc:"runs of the model at a time; 0: one for each processor"`
	MaxBatchRows         int           `split_words:"true" default:"8" min:"0" desc:"maximum rows in one run; 1 runs every row alone, 0 every request whole and alone"`
	BatchDelay           time.Duration `split_words:"true" default:"1ms" min:"0s" desc:"how long a run with room left waits for more rows while another run is in progress"`
	MaxQueueRows         int           `split_words:"true" default:"256" min:"0" desc:"rows that may wait for a run; more are refused with 503"`
	IntraOpThreads       int           `split_words:"true" default:"1" min:"0" desc:"threads within one TensorFlow operation; 0: one for each processor, for large models with few clients"`
	InterOpThreads       int           `split_words:"true" default:"-1" min:"-1" desc:"threads across TensorFlow operations; -1: none, a run stays in its caller's thread; 0: one for each processor"`
}

// Validate checks what the tags cannot express.
func (c config) Validate() error {
	switch {
	case (c.TrackingUsername == "") != (c.TrackingPasswordFile == ""):
		return errors.New("TRACKING_USERNAME: want it and TRACKING_PASSWORD_FILE, or neither")
	case c.TrackingTokenFile != "" && c.TrackingUsername != "":
		return errors.New("TRACKING_TOKEN_FILE: want it or TRACKING_USERNAME, not both")
	}
	return c.Settings.Validate()
}
