package docker

import (
	"encoding/json"
	"image"
	"testing"
)

// Grafana shows two panels with the same id as one, and draws overlapping panels over each other.
func TestEveryPanelOfTheDashboardHasItsOwnIDAndPosition(t *testing.T) {
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
		t.Fatal("the dashboard has no panels")
	}
	titles, positions := map[int]string{}, map[string]image.Rectangle{}
	for _, panel := range dashboard.Panels {
		if other, taken := titles[panel.ID]; taken {
			t.Errorf("the panels %q and %q both have the id %d", other, panel.Title, panel.ID)
		}
		titles[panel.ID] = panel.Title
		at := panel.GridPos
		position := image.Rect(at.X, at.Y, at.X+at.W, at.Y+at.H)
		if position.Empty() {
			t.Errorf("the panel %q has no size", panel.Title)
		}
		if !position.In(image.Rect(0, 0, 24, 1000)) {
			t.Errorf("the panel %q at %v exceeds 24 columns", panel.Title, position)
		}
		for title, other := range positions {
			if position.Overlaps(other) {
				t.Errorf("the panel %q at %v overlaps %q at %v", panel.Title, position, title, other)
			}
		}
		positions[panel.Title] = position
	}
}
