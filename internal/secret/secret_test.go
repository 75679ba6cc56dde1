package secret_test

import (
	"os"
	"path/filepath"
	"testing"

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
		if got, err := secret.Read(file); got != test.want || (err != nil) != test.refused {
			t.Errorf("a file of %q: %q, %v; want %q, refused: %v", test.text, got, err, test.want, test.refused)
		}
	}
}

func TestOnlyAFileThatIsNamedIsRead(t *testing.T) {
	if got, err := secret.ReadIfSet(""); got != "" || err != nil {
		t.Errorf("no file: %q, %v; want no secret and no error", got, err)
	}
	if _, err := secret.ReadIfSet(filepath.Join(t.TempDir(), "absent")); err == nil {
		t.Error("a file that is not there: no error, so a server would ask for no token")
	}
}
