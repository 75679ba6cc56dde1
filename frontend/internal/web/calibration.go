package web

import (
	"cmp"
	"slices"
	"strings"

	"pneumoscope/frontend/internal/web/i18n"
)

// calibrationJSON is what a model's card says of how far its probabilities were
// from the shares that they stand for: the expected calibration error (ECE) on each
// source's validation films.
type calibrationJSON struct {
	ECE map[string]struct {
		After *float64 `json:"after"`
	} `json:"ece"`
}

type calibrated struct {
	source string
	err    float64
}

func (raw calibrationJSON) errors() []calibrated {
	var all []calibrated
	for source, ece := range raw.ECE {
		if ece.After != nil && *ece.After >= 0 && *ece.After <= 1 {
			all = append(all, calibrated{source, *ece.After})
		}
	}
	slices.SortFunc(all, func(a, b calibrated) int { return cmp.Compare(a.source, b.source) })
	return all
}

// calibrationIn says what the number is worth as a probability, and where; empty
// where the card does not.
func (c *card) calibrationIn(texts *i18n.Texts) string {
	if len(c.calibration) == 0 {
		return ""
	}
	measured := make([]string, len(c.calibration))
	for i, m := range c.calibration {
		measured[i] = strings.NewReplacer("{source}", c.sourceIn(m.source, texts.Tag), "{points}", texts.Number(100*m.err, 1)).Replace(texts.CalibrationSource)
	}
	return strings.ReplaceAll(texts.Calibration, "{measured}", strings.Join(measured, ", "))
}
