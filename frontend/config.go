package main

import (
	"errors"
	"fmt"
	"time"

	"pneumoscope/frontend/internal/quota"
	"pneumoscope/frontend/internal/xray"
	"pneumoscope/internal/daemon"
	"pneumoscope/modelserver/api"
)

// config is the frontend's configuration, read from FRONTEND_… variables.
type config struct {
	daemon.Settings
	Listen             string        `default:":8080" desc:"address of the page and the API"`
	AdminListen        string        `split_words:"true" default:":8081" desc:"address of metrics and probes; never publish it"`
	MlflowAddress      string        `split_words:"true" default:"http://localhost:8000" desc:"base address of the model server, ours or MLflow's own"`
	MlflowTokenFile    string        `split_words:"true" desc:"file with the token that the model server asks for; empty: it asks for none"`
	MaxUploadBytes     int           `split_words:"true" default:"33554432" desc:"largest upload, in bytes, all its films together"`
	MaxUploads         int           `split_words:"true" default:"16" desc:"uploads in memory at a time; more are refused with 503"`
	UploadsPerMinute   int           `split_words:"true" default:"120" desc:"uploads that one client address may begin in a minute; more are refused with 429; 0: no limit"`
	UploadsPerAddress  int           `split_words:"true" default:"12" desc:"uploads of one client address at a time; more are refused with 429; 0: no limit"`
	RequestsPerMinute  int           `split_words:"true" default:"3000" desc:"other requests that one client address may begin in a minute; 0: no limit"`
	RequestsPerAddress int           `split_words:"true" default:"256" desc:"other requests of one client address at a time; 0: no limit"`
	TrustedProxies     string        `split_words:"true" desc:"networks, with commas between, whose X-Forwarded-For says who the client is; empty: whoever connects is the client"`
	MaxFilms           int           `split_words:"true" default:"20" desc:"films in one upload"`
	MaxPixels          int64         `split_words:"true" default:"64000000" desc:"largest film, in pixels; decoding takes 1 to 32 bytes for each, and no film more than 300 MB"`
	MinSide            int           `split_words:"true" default:"64" desc:"least length of a film's shorter side, in pixels"`
	DecodeParallel     int           `split_words:"true" default:"2" desc:"films decoded at a time"`
	DecodeTimeout      time.Duration `split_words:"true" default:"10s" desc:"how long one film may take to decode, the wait for its turn included"`
	RequestTimeout     time.Duration `split_words:"true" default:"30s" desc:"how long an answer may take once the upload is there"`
	ReadTimeout        time.Duration `split_words:"true" default:"60s" desc:"how long a client may take to send a request, or to take in its answer"`
	IdleTimeout        time.Duration `split_words:"true" default:"60s" desc:"how long a connection may stay open without a request"`
}

// Validate says which setting cannot be used, and what would be.
func (c config) Validate() error {
	if _, err := api.NewClient(api.ClientConfig{Address: c.MlflowAddress}); err != nil {
		return errors.New("MLFLOW_ADDRESS: want an address such as http://localhost:8000")
	}
	if _, err := quota.ParseNetworks(c.TrustedProxies); err != nil {
		return fmt.Errorf("TRUSTED_PROXIES: %w", err)
	}
	switch {
	case c.MaxUploadBytes < 1<<20:
		return errors.New("MAX_UPLOAD_BYTES: want 1048576 or more")
	case c.MaxUploads <= 0:
		return errors.New("MAX_UPLOADS: want 1 or more")
	case c.UploadsPerMinute < 0:
		return errors.New("UPLOADS_PER_MINUTE: want 0 or more")
	case c.UploadsPerAddress < 0:
		return errors.New("UPLOADS_PER_ADDRESS: want 0 or more")
	case c.RequestsPerMinute < 0:
		return errors.New("REQUESTS_PER_MINUTE: want 0 or more")
	case c.RequestsPerAddress < 0:
		return errors.New("REQUESTS_PER_ADDRESS: want 0 or more")
	case c.MaxFilms <= 0:
		return errors.New("MAX_FILMS: want 1 or more")
	case c.MaxPixels < 1_000_000:
		return errors.New("MAX_PIXELS: want 1000000 or more")
	case c.MinSide <= 0:
		return errors.New("MIN_SIDE: want 1 or more")
	case c.DecodeParallel <= 0:
		return errors.New("DECODE_PARALLEL: want 1 or more")
	case c.DecodeTimeout <= 0:
		return errors.New("DECODE_TIMEOUT: want more than 0s")
	case c.RequestTimeout <= 0:
		return errors.New("REQUEST_TIMEOUT: want more than 0s")
	case c.ReadTimeout <= 0:
		return errors.New("READ_TIMEOUT: want more than 0s")
	case c.IdleTimeout <= 0:
		return errors.New("IDLE_TIMEOUT: want more than 0s")
	}
	return c.Settings.Validate()
}

// films is what the configuration says of single films.
func (c config) films() xray.Config {
	return xray.Config{MaxPixels: c.MaxPixels, MinSide: c.MinSide, Parallel: c.DecodeParallel, Timeout: c.DecodeTimeout}
}
