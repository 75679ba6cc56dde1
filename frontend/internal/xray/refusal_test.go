package xray

import "testing"

func TestRefusalReadsWellInALog(t *testing.T) {
	for _, tt := range []struct {
		refusal Refusal
		want    string
	}{
		{Refusal{Code: CodeEmpty}, "film refused: empty"},
		{Refusal{CodeUnsupportedType, "gif"}, "film refused: unsupported_type: gif"},
	} {
		if got := tt.refusal.Error(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestCodesAreDistinct(t *testing.T) {
	seen := map[Code]bool{}
	for _, code := range Codes() {
		if code == "" || seen[code] {
			t.Errorf("code %q is empty or listed twice", code)
		}
		seen[code] = true
	}
	if len(seen) != 29 {
		t.Errorf("%d codes, want 29", len(seen))
	}
}
