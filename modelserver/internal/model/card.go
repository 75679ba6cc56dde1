package model

import (
	"encoding/json"
	"errors"
)

// maxCard limits card.json, which every GET /model repeats.
const maxCard = 1 << 20

// readCard returns the text of card.json, or nil if there is none.
func readCard(dir string) (json.RawMessage, error) {
	text, err := readBounded(dir, "card.json", maxCard)
	if text == nil || err != nil {
		return nil, err
	}
	if !json.Valid(text) {
		return nil, errors.New("card.json is not JSON")
	}
	return text, nil
}
