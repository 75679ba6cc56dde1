package daemon_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"pneumoscope/internal/daemon"
)

// config is a service's configuration.
type config struct {
	daemon.Settings
	Address string        `default:":80" desc:"where to listen"`
	MaxSize int           `split_words:"true" default:"5" desc:"most of it"`
	Wait    time.Duration `default:"2s" desc:"how long"`
}

func (c *config) Validate() error {
	if c.MaxSize <= 0 {
		return errors.New("MAX_SIZE: want more than 0")
	}
	return c.Settings.Validate()
}

func TestLoadConfigReadsDefaultsAndVariables(t *testing.T) {
	defaults := config{
		Settings: daemon.Settings{LogLevel: "info", LogFormat: "json", DrainDelay: time.Second, DrainTimeout: 10 * time.Second},
		Address:  ":80", MaxSize: 5, Wait: 2 * time.Second,
	}
	var got config
	if err := daemon.LoadConfig("test", &got); err != nil || got != defaults {
		t.Errorf("without variables it is %+v, %v; want %+v", got, err, defaults)
	}
	for name, value := range map[string]string{
		"TEST_MAX_SIZE": "7", "TEST_LOG_LEVEL": "WARN", "TEST_LOG_FORMAT": "text", "TEST_PPROF": "true", "TEST_DRAIN_DELAY": "0s", "TEST_WAIT": "1m30s",
		"OTHER_MAX_SIZE": "9", "TESTING": "1", "MAX_SIZE": "11", // another's
	} {
		t.Setenv(name, value)
	}
	want := config{
		Settings: daemon.Settings{LogLevel: "WARN", LogFormat: "text", Pprof: true, DrainTimeout: 10 * time.Second},
		Address:  ":80", MaxSize: 7, Wait: 90 * time.Second,
	}
	got = config{}
	if err := daemon.LoadConfig("test", &got); err != nil || got != want {
		t.Errorf("with variables it is %+v, %v; want %+v", got, err, want)
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
		{"TEST_LOG_LEVEL", "verbose", "TEST_LOG_LEVEL: want debug, info, warn or error"},
		{"TEST_LOG_FORMAT", "xml", "TEST_LOG_FORMAT: want json or text"},
		{"TEST_DRAIN_DELAY", "-1s", "TEST_DRAIN_DELAY: want 0s or more"},
		{"TEST_DRAIN_TIMEOUT", "0s", "TEST_DRAIN_TIMEOUT: want more than 0s"},
	}
	for _, test := range tests {
		t.Run(test.variable+"="+test.value, func(t *testing.T) {
			t.Setenv(test.variable, test.value)
			if err := daemon.LoadConfig("test", &config{}); err == nil || err.Error() != test.want {
				t.Errorf("it says %v; want %s", err, test.want)
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
TEST_LOG_LEVEL      info     least level that is logged: debug, info, warn or error
TEST_LOG_FORMAT     json     json, or text for a person at a terminal
TEST_PPROF          false    serve /debug/pprof/ on the admin port
TEST_DRAIN_DELAY    1s       after SIGTERM, how long to go on serving while /readyz already says no
TEST_DRAIN_TIMEOUT  10s      after that delay, how long requests under way may take to end
TEST_ADDRESS        :80      where to listen
TEST_MAX_SIZE       5        most of it
TEST_WAIT           2s       how long
`
	if got := table.String(); got != want {
		t.Errorf("it prints\n%s\nwant\n%s", got, want)
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
				t.Errorf("from %s on as %s it writes %s: %v; want %v", test.level, test.format, message, got, want)
			}
		}
	}
	if _, err := daemon.NewLogger(nil, daemon.Settings{LogLevel: "loud", LogFormat: "json"}); err == nil || err.Error() != "LOG_LEVEL: want debug, info, warn or error" {
		t.Errorf("of an unknown level it says %v", err)
	}
}

func TestRegistryKeepsPrometheusConventions(t *testing.T) {
	registry := daemon.NewRegistry("test")
	problems, err := testutil.GatherAndLint(registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
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
		t.Errorf("it was built with %s", version.Go)
	}
}
