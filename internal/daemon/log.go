package daemon

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// NewLogger writes to w. The settings have the format and the lowest level. Messages
// are constant sentences; values are attributes. No part of a film or of a request's
// body is ever logged.
func NewLogger(w io.Writer, settings Settings) (*slog.Logger, error) {
	level, err := parseLevel(settings.LogLevel)
	if err != nil {
		return nil, err
	}
	options := &slog.HandlerOptions{Level: level}
	if settings.LogFormat == "text" {
		return slog.New(slog.NewTextHandler(w, options)), nil
	}
	return slog.New(slog.NewJSONHandler(w, options)), nil
}

func parseLevel(name string) (slog.Level, error) {
	switch strings.ToLower(name) {
	case "debug":
		return slog.LevelDebug, nil
	case "info":
		return slog.LevelInfo, nil
	case "warn":
		return slog.LevelWarn, nil
	case "error":
		return slog.LevelError, nil
	}
	return 0, fmt.Errorf("LOG_LEVEL: want debug, info, warn or error")
}
