//go:build !race

// Under the race detector this takes a minute and finds nothing: one goroutine decodes
// each film. `make test-go` runs it without.

package xray

import (
	"bytes"
	"encoding/binary"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"

	"pneumoscope/frontend/internal/xray/plan"
	"pneumoscope/frontend/internal/xray/refusal"
	"pneumoscope/frontend/internal/xray/xraytest"
)

// These small files make their decoders do as much as the limits allow.
func TestTheWorstFilesStayWithinTheLimits(t *testing.T) {
	const maxTime = 30 * time.Second // an idle machine needs a tenth of it
	d := mustDecoder(t, Config{MaxPixels: 64_000_000, MinSide: 64, Parallel: 1, Timeout: time.Minute})
	for _, tt := range []struct {
		name string
		data []byte
		near func(p plan.Plan) bool // whether the plan is near a limit
	}{
		{"a progressive JPEG of many scans", progressiveScans(6900, 6900, 22), func(p plan.Plan) bool { return p.Work > plan.MaxWork*9/10 && p.Memory > plan.MaxMemory*9/10 }},
		{"a TIFF of many strips", stripedTIFF(t, 64, 60_000), func(p plan.Plan) bool { return p.Work > plan.MaxWork*9/10 }},
		{"an interlaced PNG of deep colours", interlacedPNG(t, 4300, 4300), func(p plan.Plan) bool { return p.Memory > plan.MaxMemory*9/10 }},
		{"a long PNG", grilledPNG(t, 64, 900_000), func(p plan.Plan) bool { return resizing(p.Width, p.Height) > 20e6 }},
	} {
		p, err := d.inspect(tt.data)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if !tt.near(p) {
			t.Errorf("%s is not near a limit: the plan has %d bytes at a time, and %d in total", tt.name, p.Memory, p.Work)
			continue
		}
		started := time.Now()
		if peak := peakOf(func() { _, err = d.Decode(t.Context(), tt.data) }); peak > plan.MaxMemory {
			t.Errorf("%s: it held %d bytes", tt.name, peak)
		}
		if took := time.Since(started); took > maxTime {
			t.Errorf("%s: it took %s", tt.name, took)
		}
		if err == nil {
			t.Errorf("%s is a film", tt.name)
		}
	}
}

// Files that need a little more work than the limit are refused after their header is read.
func TestWorkIsRefusedBeforeItIsDone(t *testing.T) {
	d := mustDecoder(t, Config{MaxPixels: 64_000_000, MinSide: 64, Parallel: 1, Timeout: time.Minute, Ungated: true})
	for name, data := range map[string][]byte{
		"one more scan than there may be": progressiveScans(6900, 6900, 23),
		"more strips than there may be":   stripedTIFF(t, 64, 70_000),
	} {
		if used := xraytest.Allocated(func() {
			_, err := d.Decode(t.Context(), data)
			xraytest.WantCode(t, err, refusal.CodeTooMuchMemory)
		}); used > 1<<20 {
			t.Errorf("%s: refusing it took %d bytes", name, used)
		}
	}
}

// peakOf is the largest growth of the heap while f runs, garbage included.
func peakOf(f func()) int64 {
	held := func() int64 {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(sample)
		return int64(sample[0].Value.Uint64())
	}
	debug.FreeOSMemory()
	before := held()
	ended, peak := make(chan struct{}), make(chan int64)
	go func() {
		highest := int64(0)
		for {
			highest = max(highest, held()-before)
			select {
			case <-ended:
				peak <- highest
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	f()
	close(ended)
	return <-peak
}

// progressiveScans is a grey JPEG whose scans each refine 63 coefficients of every block, with a few bytes.
func progressiveScans(width, height uint16, scans int) []byte {
	order := binary.BigEndian
	out := append([]byte("\xff\xd8\xff\xdb\x00\x43\x00"), bytes.Repeat([]byte{1}, 64)...)
	out = append(out, "\xff\xc2\x00\x0b\x08"...)
	out = append(order.AppendUint16(order.AppendUint16(out, height), width), "\x01\x01\x11\x00"...)
	// The table has one code, 0. It says that the next 16384 blocks have nothing new.
	out = append(append(out, "\xff\xc4\x00\x14\x10\x01"...), make([]byte, 15)...)
	out = append(out, 0xe0)
	const bitsOfACode, blocksOfACode = 15, 16384
	blocks := ceil(int(width), 8) * ceil(int(height), 8)
	for range scans {
		out = append(out, "\xff\xda\x00\x08\x01\x01\x00\x01\x3f\x10"...)
		out = append(out, make([]byte, ceil(ceil(blocks, blocksOfACode)*bitsOfACode, 8))...)
	}
	return append(out, 0xff, 0xd9)
}

// stripedTIFF has a strip for each row. All strips are the same bytes, which unpack to eight bytes for each pixel.
func stripedTIFF(t *testing.T, width, height uint32) []byte {
	t.Helper()
	const (
		tagWidth, tagHeight, tagBits, tagCompression, tagPhotometric = 256, 257, 258, 259, 262
		tagStripOffsets, tagRowsPerStrip, tagStripBytes              = 273, 278, 279
		deflate                                                      = 8
	)
	order := binary.LittleEndian
	packed := xraytest.Zlib(t, int(8*width))
	const directory = 8 + 2 + 12*8 + 4
	out := order.AppendUint16([]byte("II*\x00\x08\x00\x00\x00"), 8)
	for _, entry := range [][3]uint32{{tagWidth, 1, width}, {tagHeight, 1, height}, {tagBits, 1, 8}, {tagCompression, 1, deflate}, {tagPhotometric, 1, 1},
		{tagStripOffsets, height, directory}, {tagRowsPerStrip, 1, 1}, {tagStripBytes, height, directory + 4*height}} {
		out = order.AppendUint16(order.AppendUint16(out, uint16(entry[0])), 4) // a long
		out = order.AppendUint32(order.AppendUint32(out, entry[1]), entry[2])
	}
	out = order.AppendUint32(out, 0)
	out = append(out, bytes.Repeat(order.AppendUint32(nil, directory+8*height), int(height))...)
	out = append(out, bytes.Repeat(order.AppendUint32(nil, uint32(len(packed))), int(height))...)
	return append(out, packed...)
}

// interlacedPNG is black, of 16 bits, in colour and transparent.
func interlacedPNG(t *testing.T, width, height int) []byte {
	t.Helper()
	length := 0
	for _, pass := range [][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
		length += ceil(height-pass[1], pass[3]) * (1 + 8*ceil(width-pass[0], pass[2]))
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(width)), uint32(height))
	header = append(header, 16, 6, 0, 0, 1)
	return bytes.Join([][]byte{[]byte("\x89PNG\r\n\x1a\n"), xraytest.PNGChunk("IHDR", header), xraytest.PNGChunk("IDAT", xraytest.Zlib(t, length)), xraytest.PNGChunk("IEND", nil)}, nil)
}

func grilledPNG(t *testing.T, width, height int) []byte {
	t.Helper()
	img := xraytest.Pattern(width, height)
	for i := range img.Pix {
		img.Pix[i] = uint8(i % 2 * 255)
	}
	return xraytest.PNG(t, img)
}

func ceil(n, by int) int { return (n + by - 1) / by }
