// Package daemon is the part that both services share: reading the configuration,
// logging, and the life of a process from its first listener to the end of its
// drain.
package daemon

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/kelseyhightower/envconfig"
)

// Settings are the variables that both services read, under their own prefix.
// Embed them in the service's configuration.
type Settings struct {
	LogLevel     string        `split_words:"true" default:"info" desc:"lowest level that is logged: debug, info, warn or error"`
	LogFormat    string        `split_words:"true" default:"json" desc:"json, or text for a person at a terminal"`
	Pprof        bool          `default:"false" desc:"serve /debug/pprof/ on the admin port"`
	DrainDelay   time.Duration `split_words:"true" default:"1s" min:"0s" desc:"after SIGTERM, how long to go on serving while /readyz already says no"`
	DrainTimeout time.Duration `split_words:"true" default:"10s" above:"0s" desc:"after that delay, how long requests in flight may take to end"`
}

// Validate names the first setting that cannot be used, and the values it may have.
func (s Settings) Validate() error {
	if _, err := parseLevel(s.LogLevel); err != nil {
		return err
	}
	if s.LogFormat != "json" && s.LogFormat != "text" {
		return errors.New("LOG_FORMAT: want json or text")
	}
	return nil
}

// Configuration is a service's whole configuration, a struct with a tag for each rule.
// These are envconfig's tags, and two more: `min:"1"` means 1 or more, `above:"0s"`
// means more than 0s.
type Configuration interface {
	// Validate checks the rules that no tag can express.
	Validate() error
}

// LoadConfig fills cfg, a pointer to a struct, from the environment variables that
// start with prefix. An unknown name is an error. Otherwise a misspelt limit would seem
// to be set.
func LoadConfig(prefix string, cfg Configuration) error {
	if err := envconfig.CheckDisallowed(prefix, cfg); err != nil {
		name := strings.TrimPrefix(err.Error(), "unknown environment variable ")
		return fmt.Errorf("%s: no such setting; -h lists them all", name)
	}
	if err := envconfig.Process(prefix, cfg); err != nil {
		if parse, ok := errors.AsType[*envconfig.ParseError](err); ok {
			return fmt.Errorf("%s: cannot be read as %s", parse.KeyName, parse.TypeName)
		}
		return err
	}
	if err := checkBounds(prefix, cfg); err != nil {
		return err
	}
	if err := cfg.Validate(); err != nil {
		return fmt.Errorf("%s_%w", strings.ToUpper(prefix), err)
	}
	return nil
}

// WriteUsage prints the table of variables that LoadConfig reads.
func WriteUsage(w io.Writer, prefix string, cfg Configuration) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	const format = "VARIABLE\tDEFAULT\tMEANING\n{{range .}}{{usage_key .}}\t{{usage_default .}}\t{{usage_description .}}\n{{end}}"
	if err := envconfig.Usagef(prefix, cfg, table, format); err != nil {
		return err
	}
	return table.Flush()
}
