package dicom_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"pneumoscope/frontend/internal/xray/dicom"
	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/frontend/internal/xray/xraytest"
	"pneumoscope/internal/dicomfile"
)

const preamble = 128 + len("DICM")

// Older archives and some converters write such files, and other readers accept them.
func TestAFilmIsReadWithoutItsPreambleOrInAnotherEncodingThanItSays(t *testing.T) {
	film := drawnDICOM()
	says := func(syntax string) []byte { return (&dicomfile.File{Syntax: syntax}).Start() }
	want := levels(t, film.Write())
	for name, data := range map[string][]byte{
		"no preamble": film.Write()[preamble:],
		"neither preamble nor meta information, explicit": film.DataSet(),
		"neither preamble nor meta information, implicit": film.ImplicitDataSet(),
		"no meta information":                             append(film.Start()[:preamble], film.DataSet()...),
		"says explicit, is implicit":                      append(says(dicomfile.Explicit), film.ImplicitDataSet()...),
		"says implicit, is explicit":                      append(says(dicomfile.Implicit), film.DataSet()...),
		"says big endian, is little":                      append(says("1.2.840.10008.1.2.2"), film.DataSet()...),
		"both, without the preamble":                      append(says(dicomfile.Implicit), film.DataSet()...)[preamble:],
	} {
		t.Run(name, func(t *testing.T) {
			if got := mustFilm(t, data); got.Format != dicom.Format {
				t.Errorf("the format is %s", got.Format)
			}
			if got := levels(t, data); !slices.Equal(got, want) {
				t.Error("the levels differ")
			}
		})
	}
}

// Without a name of the syntax, nothing says how pixels are compressed.
func TestACompressedFilmNeedsTheNameOfItsSyntax(t *testing.T) {
	_, err := decode(t, drawnDICOM().Encapsulated(dicomfile.RLE, rleOf([]byte{0x81, 7}, []byte{0x81, 7})).DataSet())
	xraytest.WantRefusal(t, err, refusal.CodeDICOMUnsupported, "dicom of another transfer syntax")
}

func TestOtherFilesAreNotRecognised(t *testing.T) {
	random := rand.NewChaCha8([32]byte{1})
	for range 20_000 {
		data := make([]byte, 256)
		_, _ = random.Read(data) // it does not fail
		copy(data, [][]byte{{8, 0}, {8, 0, 5, 0}, {8, 0, 5, 0, 10, 0, 0, 0}, {2, 0}, {2, 0, 0, 0}}[data[255]%5])
		if dicom.Recognise(data) {
			t.Fatalf("%x… is recognised", data[:32])
		}
	}
	set := drawnDICOM().DataSet()
	for name, data := range map[string][]byte{
		"nothing":                      nil,
		"zeros":                        make([]byte, 4096),
		"small numbers":                bytes.Repeat([]byte{8, 0, 0, 0}, 1024),
		"the first of its elements":    set[:16],
		"a data set from its middle":   set[10:],
		"its first element repeated":   bytes.Repeat(set[:10], 10),
		"a text":                       bytes.Repeat([]byte("Patient: none\n"), 100),
		"a preamble of something else": append(make([]byte, 128), "DICT"...),
	} {
		if dicom.Recognise(data) {
			t.Errorf("%s is recognised", name)
		}
	}
}
