package packbits

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRuns(t *testing.T) {
	for name, tt := range map[string]struct{ coded, want string }{
		"nothing":             {"", ""},
		"bytes":               {"\x02abc", "abc"},
		"a repeated byte":     {"\xfea", "aaa"},
		"the longest run":     {"\x81a", string(bytes.Repeat([]byte("a"), 128))},
		"a no-op":             {"\x80\x00a", "a"},
		"both":                {"\x01ab\xffc\x00d", "abccd"},
		"bytes cut short":     {"\x05ab", "ab"},
		"a control byte only": {"\x05", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got []byte
			for run, repeated := range Runs([]byte(tt.coded)) {
				got = append(got, bytes.Repeat(run, repeated)...)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("it unpacks to other bytes (-want +got):\n%s", diff)
			}
			if got := Length([]byte(tt.coded)); got != int64(len(tt.want)) {
				t.Errorf("the length is %d, want %d", got, len(tt.want))
			}
		})
	}
}
