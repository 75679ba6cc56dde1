package dataset

import (
	"cmp"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
)

var manifestColumns = []string{"file", "label", "source", "split", "patient", "sha256", "licence"}

// unknownPatient is the manifest's value for a film of an unknown patient.
const unknownPatient = "unknown"

// origin holds the data about a film that only the source's own manifest has.
type origin struct{ split, patient, licence string }

// readManifest reads the source's manifest, if it has one. Any of the columns split, patient and licence may be
// missing.
func readManifest(path string) (map[string]origin, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the source's %s: %w", manifestName, err)
	}
	if len(rows) == 0 || !slices.Contains(rows[0], "file") {
		return nil, fmt.Errorf("the source's %s has no column file", manifestName)
	}
	value := func(row []string, column string) string {
		if i := slices.Index(rows[0], column); i >= 0 {
			return row[i]
		}
		return ""
	}
	known := make(map[string]origin, len(rows))
	for _, row := range rows[1:] {
		known[value(row, "file")] = origin{value(row, "split"), value(row, "patient"), value(row, "licence")}
	}
	return known, nil
}

// row is a film's line in the new manifest.
func (o origin) row(film found, done outcome) []string {
	patient := cmp.Or(o.patient, unknownPatient)
	split := o.split
	if split == "" {
		split = drawSplit(film, patient, done.digest)
	}
	return []string{film.target(), film.class, film.source, split, patient, done.digest, o.licence}
}

// drawSplit selects one patient in ten for validation. A hash decides, so that a patient's films stay together and a
// film that is added later does not change the split of the others. For an unknown patient the hash is of the film's
// pixels, so that copies of the film stay together.
func drawSplit(film found, patient, pixels string) string {
	const oneIn = 10
	key := film.source + "/" + patient
	if patient == unknownPatient {
		key = pixels
	}
	if sum := sha256.Sum256([]byte(key)); sum[0]%oneIn == 0 { // 26 of 256
		return "val"
	}
	return "train"
}
