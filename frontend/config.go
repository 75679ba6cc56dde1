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
	MlflowTokenFile    string        `split_words:"true" desc:"file with the token for the model server; empty: none is sent"`
	MaxUploadBytes     int           `split_words:"true" default:"33554432" min:"1048576" desc:"largest upload, in bytes, all its films together"`
	MaxUploads         int           `split_words:"true" default:"16" min:"1" desc:"uploads in memory at a time; more are refused with 503"`
	UploadsPerMinute   int           `split_words:"true" default:"120" min:"0" desc:"uploads that one client address may begin in a minute; more are refused with 429; 0: no limit"`
	UploadsPerAddress  int           `split_words:"true" default:"12" min:"0" desc:"uploads of one client address at a time; more are refused with 429; 0: no limit"`
	RequestsPerMinute  int           `split_words:"true" default:"3000" min:"0" desc:"other requests that one client address may begin in a minute; 0: no limit"`
	RequestsPerAddress int           `split_words:"true" default:"256" min:"0" desc:"other requests of one client address at a time; 0: no limit"`
	TrustedProxies     string        `split_words:"true" desc:"networks of proxies whose X-Forwarded-For is trusted, separated by commas; empty: the peer address is the client"`
	MaxConnections     int           `split_words:"true" default:"4096" min:"1" desc:"connections open at a time; more wait until one closes"`
	MaxFilms           int           `split_words:"true" default:"20" min:"1" desc:"films in one upload"`
	MaxPixels          int64         `split_words:"true" default:"64000000" min:"1000000" desc:"largest film, in pixels; decoding takes 1 to 32 bytes for each, and at most 300 MB for a film"`
	MinSide            int           `split_words:"true" default:"64" min:"1" desc:"minimum length of a film's shorter side, in pixels"`
	DecodeParallel     int           `split_words:"true" default:"2" min:"1" desc:"films decoded at a time"`
	DecodeTimeout      time.Duration `split_words:"true" default:"10s" above:"0s" desc:"how long one film may take to decode, including the wait for its turn"`
	RequestTimeout     time.Duration `split_words:"true" default:"30s" above:"0s" desc:"how long an answer may take once the upload is there"`
	ReadTimeout        time.Duration `split_words:"true" default:"60s" above:"0s" desc:"how long a client may take to send a request, or to read its answer"`
	IdleTimeout        time.Duration `split_words:"true" default:"60s" above:"0s" desc:"how long a connection may stay open without a request"`
}

// Validate checks the settings that the tags cannot check.
func (c config) Validate() error {
	if _, err := api.NewClient(api.ClientConfig{Address: c.MlflowAddress}); err != nil {
		return errors.New("MLFLOW_ADDRESS: want an address such as http://localhost:8000")
	}
	if _, err := quota.ParseNetworks(c.TrustedProxies); err != nil {
		return fmt.Errorf("TRUSTED_PROXIES: %w", err)
	}
	return c.Settings.Validate()
}

// films are the settings that apply to a single film.
func (c config) films() xray.Config {
	return xray.Config{MaxPixels: c.MaxPixels, MinSide: c.MinSide, Parallel: c.DecodeParallel, Timeout: c.DecodeTimeout}
}
