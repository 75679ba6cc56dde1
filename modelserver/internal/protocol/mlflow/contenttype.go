package mlflow

import (
	"fmt"
	"slices"
	"strings"

	"pneumoscope/modelserver/internal/httpserver"
)

const protocolChanged = "IMPORTANT: The MLflow Model scoring protocol has changed in MLflow version 2.0. Send one of 'inputs', 'instances', 'dataframe_split' and 'dataframe_records' in an application/json body. " +
	"For more information about the updated MLflow Model scoring protocol in MLflow 2.0, see https://mlflow.org/docs/latest/models.html#deploy-mlflow-models."

// checkContentType applies MLflow's rules, which are stricter than HTTP's: a media
// type in lower case, charset=utf-8 without quotes, and no other parameter.
func checkContentType(header []string) *fault {
	if len(header) == 0 {
		// MLflow crashes here with a 500.
		return unsupportedMedia("The Content-Type header is missing: send application/json.")
	}
	parts := strings.Split(header[0], ";")
	charset := "utf-8"
	var unknown []string
	for _, parameter := range parts[1:] {
		key, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
		if key == "charset" {
			charset = strings.ToLower(value)
		} else if key = httpserver.Sanitize(key); !slices.Contains(unknown, key) {
			unknown = append(unknown, key)
		}
	}
	if charset != "utf-8" {
		return unsupportedMedia("The scoring server only supports UTF-8")
	}
	if len(unknown) > 0 {
		return unsupportedMedia(fmt.Sprintf("Unrecognized content type parameters: %s. %s", strings.Join(unknown, ", "), protocolChanged))
	}
	switch strings.TrimSpace(parts[0]) {
	case "application/json":
		return nil
	case "text/csv", "application/vnd.apache.parquet":
		// MLflow reads these for signatures of columns, and fails for those of tensors.
		return badRequest("Failed to parse input as a Pandas DataFrame. This model takes tensors: send application/json.")
	}
	return unsupportedMedia("This predictor only supports the following content types: Types: ['application/json'].")
}
