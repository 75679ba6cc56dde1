package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// readCard reads card.json as it is; nil when there is none.
func readCard(dir string) (json.RawMessage, error) {
	text, err := os.ReadFile(filepath.Join(dir, "card.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read card.json: %w", err)
	}
	if !json.Valid(text) {
		return nil, errors.New("card.json is not JSON")
	}
	return text, nil
}
