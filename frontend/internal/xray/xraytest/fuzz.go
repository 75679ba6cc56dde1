package xraytest

import (
	"bytes"
	"path/filepath"
	"slices"
	"testing"

	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/internal/hostile"
)

// Fuzzed describes a decoder to FuzzOpener.
type Fuzzed struct {
	Open       func(data []byte) (plan.Plan, error)
	Signatures []string // of the format, at Offset; data without one of them are not passed to Open
	Offset     int
	Recognise  func(data []byte) bool // in place of Signatures, for a format that may have none
	Seeds      string                 // a pattern of files in xray/testdata
	// Garbage is the memory that decoding may allocate and drop in addition to the plan's, if any.
	Garbage func(p plan.Plan) int64
	// Check, if not nil, checks more about the same data.
	Check func(t *testing.T, data []byte)
}

// MaxSeed limits the hostile files that a fuzz test begins with, in bytes, because mutating a large file is slow.
const MaxSeed = 16 << 10

// FuzzOpener decodes without the recover that turns a panic into a refusal, and compares the allocated memory with the
// plan.
func FuzzOpener(f *testing.F, fuzzed Fuzzed) {
	matches := func(data []byte) bool {
		if fuzzed.Recognise != nil {
			return fuzzed.Recognise(data)
		}
		return len(data) >= fuzzed.Offset && slices.ContainsFunc(fuzzed.Signatures, func(signature string) bool {
			return bytes.HasPrefix(data[fuzzed.Offset:], []byte(signature))
		})
	}
	paths, err := filepath.Glob(filepath.Join(root(f), "frontend", "internal", "xray", "testdata", fuzzed.Seeds))
	if err != nil || len(paths) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, path := range paths {
		f.Add(Read(f, path))
	}
	for _, file := range hostile.Files() {
		if matches(file.Data) && len(file.Data) <= MaxSeed {
			f.Add(file.Data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !matches(data) {
			return
		}
		var p plan.Plan
		var err error
		if used := Allocated(func() { p, err = fuzzed.Open(data) }); used > 4<<20 {
			t.Errorf("reading a header of %d bytes took %d", len(data), used)
		}
		if err != nil || !worthDecoding(p) {
			return
		}
		limit := MaxGarbage(p)
		if fuzzed.Garbage != nil {
			limit += fuzzed.Garbage(p)
		}
		if used := Allocated(func() { _, _ = p.Decode() }); used > limit { // most hostile files do not decode
			t.Errorf("decoding took %d bytes, planned were %d", used, p.Memory)
		}
		if fuzzed.Check != nil {
			fuzzed.Check(t, data)
		}
	})
}

// MaxGarbage is how much decoding may allocate in total. Garbage counts, so it is twice what may be held at a time.
func MaxGarbage(p plan.Plan) int64 { return 2*p.Memory + 32<<20 }

func worthDecoding(p plan.Plan) bool {
	const maxPixels = 1e6
	return p.Width > 0 && p.Height > 0 && int64(p.Width) <= maxPixels/int64(p.Height) && p.Memory <= plan.MaxMemory && p.CheckWork() == nil
}
