package card

import (
	"slices"
	"testing"

	"pneumoscope/frontend/internal/xray"
	"pneumoscope/modelserver/api"
)

func TestCardsWarnOfAgesThatTheModelDoesNotKnow(t *testing.T) {
	c, err := Parse([]byte(`{"operating_points": [{"name": "screening", "threshold": 0.1}, {"name": "confirming", "threshold": 0.9}], "age_years": {"from": 1, "to": 5}}`))
	if err != nil {
		t.Fatal(err)
	}
	for age, warned := range map[int]bool{0: true, 1: false, 5: false, 6: true, 70: true} {
		film := &xray.Film{}
		film.Header.Age = &age
		if caveats := c.Caveats(film, false); slices.Contains(caveats, xray.CaveatAge) != warned {
			t.Errorf("at %d years the caveats are %v", age, caveats)
		}
	}
}

func TestATensorThatIsTooLargeIsNoMap(t *testing.T) {
	huge := api.Float64Tensor{Shape: []int{1, 65, 1}, Data: make([]float64, 65)}
	if activations(huge, 1) != nil {
		t.Error("65 rows are taken for a map")
	}
}
