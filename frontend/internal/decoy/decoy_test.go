package decoy

import (
	"fmt"
	"hash/fnv"
	"image"
	"testing"
)

func TestAKindDrawsTheSameForASeedAndAnotherForTheNext(t *testing.T) {
	names := map[string]bool{}
	for _, kind := range Kinds() {
		if names[kind.Name] {
			t.Errorf("two kinds are called %s", kind.Name)
		}
		names[kind.Name] = true
		first, again := digest(kind.Draw(1)), digest(kind.Draw(1))
		if first != again {
			t.Errorf("%s: one seed draws two pictures", kind.Name)
		}
		if first == digest(kind.Draw(2)) {
			t.Errorf("%s: two seeds draw one picture", kind.Name)
		}
	}
}

func TestHalfOfTheKindsAreHeldOut(t *testing.T) {
	held := 0
	for _, kind := range Kinds() {
		if kind.HeldOut {
			held++
		}
	}
	if 2*held != len(Kinds()) {
		t.Errorf("%d of %d", held, len(Kinds()))
	}
}

func digest(img image.Image) uint64 {
	hash := fnv.New64()
	fmt.Fprint(hash, img.Bounds())
	switch img := img.(type) {
	case *image.Gray:
		hash.Write(img.Pix)
	case *image.RGBA:
		hash.Write(img.Pix)
	}
	return hash.Sum64()
}
