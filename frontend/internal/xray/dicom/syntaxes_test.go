package dicom

import "testing"

func TestEverySyntaxIsEitherReadOrRefusedWithACode(t *testing.T) {
	for uid, s := range syntaxes {
		if s.name == "" {
			t.Errorf("%s has no name", uid)
		}
		if refused := s.refusal.Code != ""; refused == (s.read != nil) {
			t.Errorf("%s (%s): want a reader or a refusal, and not both", s.name, uid)
		}
		if s.read == nil && s.refusal.Detail == "" {
			t.Errorf("%s (%s) is refused without a detail", s.name, uid)
		}
	}
	if unknown := syntaxOf("1.2.3"); unknown.refuse() == nil {
		t.Error("an unknown syntax is not refused")
	}
}
