package xray

import (
	"bytes"
	"hash/crc32"
	"image"
	"slices"
	"testing"

	"pneumoscope/frontend/internal/xray/xraytest"
)

// The expectations were made once with Pillow 11.0.0: Image.fromarray(pattern).resize((224, 224), Image.BILINEAR).
// From version 13 on, Pillow resizes some tall films columns first, which moves pixels by one level; older versions,
// and we, always do the rows first. The checksum covers every pixel. The four single pixels show how far off the result
// is when the checksum differs.
func TestResizeGivesPillowsPixels(t *testing.T) {
	for _, tt := range []struct {
		width, height int
		crc           uint32
		corners       [4]uint8 // at (0,0), (223,0), (50,100), (223,223)
	}{
		{300, 500, 0x6ecf4b7c, [4]uint8{1, 120, 142, 148}},
		{7, 5, 0xb1e78636, [4]uint8{0, 21, 3, 32}},
		{224, 224, 0xc4f16cdc, [4]uint8{0, 141, 80, 159}},
		{1000, 30, 0x058b04dd, [4]uint8{4, 93, 109, 117}},
		{3, 700, 0xd7c85db7, [4]uint8{2, 5, 194, 234}},
		{225, 223, 0x3368e342, [4]uint8{0, 153, 93, 170}},
		{2000, 2500, 0xe13c8167, [4]uint8{33, 127, 128, 129}},
	} {
		img := xraytest.Pattern(tt.width, tt.height)
		got, err := square(img)
		if err != nil {
			t.Fatal(err)
		}
		corners := [4]uint8{got[0], got[223], got[100*Side+50], got[223*Side+223]}
		if corners != tt.corners {
			t.Errorf("%dx%d: the corners are %v, want %v", tt.width, tt.height, corners, tt.corners)
		}
		if crc := crc32.ChecksumIEEE(got); crc != tt.crc {
			t.Errorf("%dx%d: crc %#08x, want %#08x", tt.width, tt.height, crc, tt.crc)
		}
	}
}

func TestResizeOfARampStaysARamp(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 5, 3))
	for y := range 3 {
		copy(img.Pix[y*img.Stride:], []uint8{0, 60, 120, 180, 240})
	}
	pixels, err := square(img)
	if err != nil {
		t.Fatal(err)
	}
	var got []uint8
	for x := 0; x < Side; x += 16 {
		got = append(got, pixels[5*Side+x])
	}
	want := []uint8{0, 0, 14, 35, 56, 78, 99, 121, 142, 164, 185, 206, 228, 240}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWhiteStaysWhiteAndBlackStaysBlack(t *testing.T) {
	for _, level := range []uint8{0, 255} {
		img := image.NewGray(image.Rect(0, 0, 1237, 731))
		for i := range img.Pix {
			img.Pix[i] = level
		}
		pixels, err := square(img)
		if err != nil {
			t.Fatal(err)
		}
		if low, high := slices.Min(pixels), slices.Max(pixels); low != level || high != level {
			t.Errorf("an even %d became %d to %d", level, low, high)
		}
	}
}

func BenchmarkResize(b *testing.B) {
	grey := xraytest.Pattern(2000, 2500)
	deep := image.NewGray16(grey.Rect)
	b.Run("8bit", func(b *testing.B) { benchmarkSquare(b, grey) })
	b.Run("16bit", func(b *testing.B) { benchmarkSquare(b, deep) })
}

func benchmarkSquare(b *testing.B, img image.Image) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := square(img); err != nil {
			b.Fatal(err)
		}
	}
}

// The two rows share one multiplication, and must not change each other.
func TestTwoRowsAtATimeAreResizedLikeOne(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {64, 65}, {223, 225}, {1000, 777}} {
		for name, img := range map[string]*image.Gray{"pattern": xraytest.Pattern(size.X, size.Y), "white": xraytest.Flat(size.X, size.Y, 255)} {
			rows := rows8(img)
			if !bytes.Equal(resize8(size, rows), resize(size, rows)) {
				t.Errorf("%s of %v: the pixels differ", name, size)
			}
		}
	}
}
