package docker

import (
	"encoding/json"
	"image"
	"testing"
)

// Grafana draws two panels with one id as one, and one panel over another.
func TestEveryPanelOfTheDashboardHasAnIDAndAPlaceOfItsOwn(t *testing.T) {
	var dashboard struct {
		Panels []struct {
			ID      int
			Title   string
			GridPos struct{ X, Y, W, H int }
		}
	}
	if err := json.Unmarshal([]byte(mustRead(t, "grafana/dashboards/pneumoscope.json")), &dashboard); err != nil {
		t.Fatal(err)
	}
	if len(dashboard.Panels) == 0 {
		t.Fatal("there are no panels")
	}
	titles, places := map[int]string{}, map[string]image.Rectangle{}
	for _, panel := range dashboard.Panels {
		if other, taken := titles[panel.ID]; taken {
			t.Errorf("the panels %q and %q both have the id %d", other, panel.Title, panel.ID)
		}
		titles[panel.ID] = panel.Title
		at := panel.GridPos
		place := image.Rect(at.X, at.Y, at.X+at.W, at.Y+at.H)
		if place.Empty() || !place.In(image.Rect(0, 0, 24, 1000)) {
			t.Errorf("the panel %q is at %v, which is not within 24 columns", panel.Title, place)
		}
		for title, other := range places {
			if place.Overlaps(other) {
				t.Errorf("the panel %q at %v lies over %q at %v", panel.Title, place, title, other)
			}
		}
		places[panel.Title] = place
	}
}
