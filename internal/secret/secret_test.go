package secret_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pneumoscope/internal/secret"
)

func TestASecretIsOneLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	for _, test := range []struct {
		text, want string
		refused    bool
	}{
		{text: "abc", want: "abc"},
		{text: " abc \r\n", want: "abc"},
		{text: "", refused: true},
		{text: " \n\n", refused: true},
		{text: "abc\ndef\n", refused: true},
	} {
		if err := os.WriteFile(file, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := secret.Read(file)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("a file of %q: the secret differs (-want +got):\n%s", test.text, diff)
		}
		if refused := err != nil; refused != test.refused {
			t.Errorf("a file of %q: error %v, want refused: %v", test.text, err, test.refused)
		}
	}
}

func TestOnlyAFileThatIsNamedIsRead(t *testing.T) {
	got, err := secret.ReadIfSet("")
	if err != nil {
		t.Errorf("no file: %v, want no error", err)
	}
	if got != "" {
		t.Errorf("no file: the secret is %q, want none", got)
	}
	if _, err := secret.ReadIfSet(filepath.Join(t.TempDir(), "absent")); err == nil {
		t.Error("a file that is not there: no error, so a server would ask for no token")
	}
}
