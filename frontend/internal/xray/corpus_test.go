package xray

import (
	"errors"
	"testing"
	"time"

	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/internal/hostile"
)

// With the settings that the service has by default, its gate included.
func TestEveryHostileFileIsRefusedWithItsCode(t *testing.T) {
	d := mustDecoder(t, Config{MaxPixels: 64_000_000, MinSide: 64, Parallel: 2, Timeout: time.Minute})
	files := hostile.Files()
	if len(files) < 60 {
		t.Errorf("%d files, want 60 at least", len(files))
	}
	names := map[string]bool{}
	for _, file := range files {
		if names[file.Name] {
			t.Errorf("two are called %s", file.Name)
		}
		names[file.Name] = true
		t.Run(file.Name, func(t *testing.T) {
			// What they unpack to when nobody stops them is gigabytes, and takes longer than this on any machine.
			const mostMemory, mostTime = 64 << 20, 30 * time.Second
			var film *Film
			var err error
			started := time.Now()
			if used := allocated(func() { film, err = d.Decode(t.Context(), file.Data) }); used > mostMemory {
				t.Errorf("it took %d bytes", used)
			}
			if took := time.Since(started); took > mostTime {
				t.Errorf("it took %s", took)
			}
			refused, ok := errors.AsType[*refusal.Refusal](err)
			if !ok || string(refused.Code) != file.Code || film != nil {
				t.Errorf("got %v, want %s", err, file.Code)
			}
		})
	}
}
