package daemon

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/kelseyhightower/envconfig"
)

// checkBounds compares every setting with the tags min and above of its field.
func checkBounds(prefix string, cfg Configuration) error {
	variables, err := variableNames(prefix, cfg)
	if err != nil {
		return err
	}
	value := reflect.ValueOf(cfg).Elem()
	for _, field := range reflect.VisibleFields(value.Type()) {
		if limit, ok := field.Tag.Lookup("min"); ok && number(value, field) < parseBound(field, limit) {
			return fmt.Errorf("%s: want %s or more", variables[field.Name], limit)
		}
		if limit, ok := field.Tag.Lookup("above"); ok && number(value, field) <= parseBound(field, limit) {
			return fmt.Errorf("%s: want more than %s", variables[field.Name], limit)
		}
	}
	return nil
}

// variableNames maps the fields' names to their variables.
func variableNames(prefix string, cfg Configuration) (map[string]string, error) {
	var text strings.Builder
	if err := envconfig.Usagef(prefix, cfg, &text, "{{range .}}{{.Name}} {{usage_key .}}\n{{end}}"); err != nil {
		return nil, err
	}
	names := map[string]string{}
	for line := range strings.Lines(text.String()) {
		field, variable, _ := strings.Cut(strings.TrimSpace(line), " ")
		names[field] = variable
	}
	return names, nil
}

func number(value reflect.Value, field reflect.StructField) int64 {
	return value.FieldByIndex(field.Index).Int()
}

// parseBound reads a tag. It panics on a malformed one, which is a mistake in the source.
func parseBound(field reflect.StructField, limit string) int64 {
	if field.Type == reflect.TypeFor[time.Duration]() {
		bound, err := time.ParseDuration(limit)
		if err != nil {
			panic(fmt.Sprintf("daemon: bound of %s: %v", field.Name, err))
		}
		return int64(bound)
	}
	bound, err := strconv.ParseInt(limit, 10, 64)
	if err != nil {
		panic(fmt.Sprintf("daemon: bound of %s: %v", field.Name, err))
	}
	return bound
}
