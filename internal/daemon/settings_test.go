package daemon_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"pneumoscope/internal/daemon"
)

// config is a service's configuration.
type config struct {
	daemon.Settings
	Address string        `default:":80" desc:"where to listen"`
	MaxSize int           `split_words:"true" default:"5" above:"0" desc:"largest of it"`
	MinRows int64         `split_words:"true" default:"0" min:"-1" desc:"fewest of them"`
	Wait    time.Duration `default:"2s" min:"500ms" desc:"how long"`
}

func (c *config) Validate() error {
	if c.Address == "" {
		return errors.New("ADDRESS: want one")
	}
	return c.Settings.Validate()
}

func TestLoadConfigReadsDefaultsAndVariables(t *testing.T) {
	defaults := config{
		Settings: daemon.Settings{LogLevel: "info", LogFormat: "json", DrainDelay: time.Second, DrainTimeout: 10 * time.Second},
		Address:  ":80", MaxSize: 5, Wait: 2 * time.Second,
	}
	var got config
	if err := daemon.LoadConfig("test", &got); err != nil {
		t.Errorf("without variables: %v, want no error", err)
	}
	if diff := cmp.Diff(defaults, got); diff != "" {
		t.Errorf("without variables the configuration differs (-want +got):\n%s", diff)
	}
	for name, value := range map[string]string{
		"TEST_MAX_SIZE": "7", "TEST_LOG_LEVEL": "WARN", "TEST_LOG_FORMAT": "text", "TEST_PPROF": "true", "TEST_DRAIN_DELAY": "0s", "TEST_WAIT": "1m30s",
		"OTHER_MAX_SIZE": "9", "TESTING": "1", "MAX_SIZE": "11", // other programs' variables
	} {
		t.Setenv(name, value)
	}
	want := config{
		Settings: daemon.Settings{LogLevel: "WARN", LogFormat: "text", Pprof: true, DrainTimeout: 10 * time.Second},
		Address:  ":80", MaxSize: 7, Wait: 90 * time.Second,
	}
	got = config{}
	if err := daemon.LoadConfig("test", &got); err != nil {
		t.Errorf("with variables: %v, want no error", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("with variables the configuration differs (-want +got):\n%s", diff)
	}
}

func TestLoadConfigRefusesWhatCannotBeUsed(t *testing.T) {
	tests := []struct{ variable, value, want string }{
		{"TEST_MAXSIZE", "7", "TEST_MAXSIZE: no such setting; -h lists them all"},
		{"TEST_MAX_SIZES", "secret", "TEST_MAX_SIZES: no such setting; -h lists them all"},
		{"TEST_MAX_SIZE", "secret", "TEST_MAX_SIZE: cannot be read as int"},
		{"TEST_MAX_SIZE", "", "TEST_MAX_SIZE: cannot be read as int"},
		{"TEST_MAX_SIZE", "7.5", "TEST_MAX_SIZE: cannot be read as int"},
		{"TEST_PPROF", "on", "TEST_PPROF: cannot be read as bool"},
		{"TEST_WAIT", "5", "TEST_WAIT: cannot be read as time.Duration"},
		{"TEST_MAX_SIZE", "0", "TEST_MAX_SIZE: want more than 0"},
		{"TEST_MIN_ROWS", "-2", "TEST_MIN_ROWS: want -1 or more"},
		{"TEST_WAIT", "499ms", "TEST_WAIT: want 500ms or more"},
		{"TEST_ADDRESS", "", "TEST_ADDRESS: want one"},
		{"TEST_LOG_LEVEL", "verbose", "TEST_LOG_LEVEL: want debug, info, warn or error"},
		{"TEST_LOG_FORMAT", "xml", "TEST_LOG_FORMAT: want json or text"},
		{"TEST_DRAIN_DELAY", "-1s", "TEST_DRAIN_DELAY: want 0s or more"},
		{"TEST_DRAIN_TIMEOUT", "0s", "TEST_DRAIN_TIMEOUT: want more than 0s"},
	}
	for _, test := range tests {
		t.Run(test.variable+"="+test.value, func(t *testing.T) {
			t.Setenv(test.variable, test.value)
			wantError(t, daemon.LoadConfig("test", &config{}), test.want)
		})
	}
}

// These are the smallest values that the tags min and above allow.
func TestLoadConfigAcceptsValuesAtTheirBounds(t *testing.T) {
	for variable, value := range map[string]string{"TEST_MIN_ROWS": "-1", "TEST_MAX_SIZE": "1", "TEST_WAIT": "500ms", "TEST_DRAIN_DELAY": "0s", "TEST_DRAIN_TIMEOUT": "1ns"} {
		t.Run(variable+"="+value, func(t *testing.T) {
			t.Setenv(variable, value)
			if err := daemon.LoadConfig("test", &config{}); err != nil {
				t.Errorf("%v, want no error", err)
			}
		})
	}
}

func TestWriteUsageListsEveryVariable(t *testing.T) {
	var table bytes.Buffer
	if err := daemon.WriteUsage(&table, "test", &config{}); err != nil {
		t.Fatal(err)
	}
	want := `VARIABLE            DEFAULT  MEANING
TEST_LOG_LEVEL      info     lowest level that is logged: debug, info, warn or error
TEST_LOG_FORMAT     json     json, or text for a person at a terminal
TEST_PPROF          false    serve /debug/pprof/ on the admin port
TEST_DRAIN_DELAY    1s       after SIGTERM, how long to go on serving while /readyz already says no
TEST_DRAIN_TIMEOUT  10s      after that delay, how long requests in flight may take to end
TEST_ADDRESS        :80      where to listen
TEST_MAX_SIZE       5        largest of it
TEST_MIN_ROWS       0        fewest of them
TEST_WAIT           2s       how long
`
	if diff := cmp.Diff(want, table.String()); diff != "" {
		t.Errorf("the table differs (-want +got):\n%s", diff)
	}
}

func TestNewLoggerWritesFromALevelOnInAFormat(t *testing.T) {
	tests := []struct{ level, format, want string }{
		{"debug", "json", `"msg":"d" "msg":"i" "msg":"w" "msg":"e"`},
		{"info", "json", `"msg":"i" "msg":"w" "msg":"e"`},
		{"Warn", "text", `msg=w msg=e`},
		{"ERROR", "text", `msg=e`},
	}
	for _, test := range tests {
		var text bytes.Buffer
		logger, err := daemon.NewLogger(&text, daemon.Settings{LogLevel: test.level, LogFormat: test.format})
		if err != nil {
			t.Fatal(err)
		}
		logger.Debug("d")
		logger.Info("i")
		logger.Warn("w")
		logger.Error("e")
		for _, message := range []string{`"msg":"d"`, `"msg":"i"`, `"msg":"w"`, `"msg":"e"`, "msg=d", "msg=i", "msg=w", "msg=e"} {
			if got, want := strings.Contains(text.String(), message), strings.Contains(test.want, message); got != want {
				t.Errorf("at level %s, as %s, it writes %s: %v, want %v", test.level, test.format, message, got, want)
			}
		}
	}
	_, err := daemon.NewLogger(nil, daemon.Settings{LogLevel: "loud", LogFormat: "json"})
	wantError(t, err, "LOG_LEVEL: want debug, info, warn or error")
}

func TestRegistryKeepsPrometheusConventions(t *testing.T) {
	registry := daemon.NewRegistry("test")
	problems, err := testutil.GatherAndLint(registry)
	if err != nil {
		t.Error(err)
	}
	if len(problems) > 0 {
		t.Errorf("the metrics break conventions: %v", problems)
	}
	version := daemon.BuildVersion()
	want := `
# HELP pneumoscope_test_build_info 1, labelled with the version and revision that this process was built from.
# TYPE pneumoscope_test_build_info gauge
pneumoscope_test_build_info{goversion="` + version.Go + `",revision="` + version.Revision + `",version="` + version.Version + `"} 1
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "pneumoscope_test_build_info"); err != nil {
		t.Error(err)
	}
	if !strings.HasPrefix(version.Go, "go1.") {
		t.Errorf("it was built with %q, want a version of Go", version.Go)
	}
}
