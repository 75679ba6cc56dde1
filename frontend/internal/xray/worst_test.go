//go:build !race

// The race detector makes a minute of it, and learns nothing: each film is decoded by
// one goroutine. `make test-go` runs it without.

package xray

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"

	"pneumoscope/frontend/internal/xray/refusal"
)

// Small files that make their decoders do the most that they are let: just below the limits.
func TestTheWorstFilesStayWithinTheLimits(t *testing.T) {
	const mostTime = 30 * time.Second // a tenth of it on a machine with nothing else to do
	d := mustDecoder(t, Config{MaxPixels: 64_000_000, MinSide: 64, Parallel: 1, Timeout: time.Minute})
	for _, tt := range []struct {
		name string
		data []byte
		near func(p plan) bool // to a limit
	}{
		{"a progressive JPEG of many scans", progressiveScans(6900, 6900, 22), func(p plan) bool { return p.work > maxWork*9/10 && p.memory > maxMemory*9/10 }},
		{"a TIFF of many strips", stripedTIFF(64, 60_000), func(p plan) bool { return p.work > maxWork*9/10 }},
		{"an interlaced PNG of deep colours", interlacedPNG(4300, 4300), func(p plan) bool { return p.memory > maxMemory*9/10 }},
		{"a long PNG", grilledPNG(t, 64, 900_000), func(p plan) bool { return resizing(p.width, p.height) > 20e6 }},
	} {
		p, err := d.inspect(tt.data)
		if err != nil || !tt.near(p) {
			t.Errorf("%s: %v, planned are %d bytes at a time, and %d in all", tt.name, err, p.memory, p.work)
			continue
		}
		started := time.Now()
		if peak := peakOf(func() { _, err = d.Decode(t.Context(), tt.data) }); peak > maxMemory {
			t.Errorf("%s: it held %d bytes", tt.name, peak)
		}
		if took := time.Since(started); took > mostTime {
			t.Errorf("%s: it took %s", tt.name, took)
		}
		if err == nil {
			t.Errorf("%s is a film", tt.name)
		}
	}
}

// More of the same is refused from the header.
func TestWorkIsRefusedBeforeItIsDone(t *testing.T) {
	d := mustDecoder(t, Config{MaxPixels: 64_000_000, MinSide: 64, Parallel: 1, Timeout: time.Minute, Ungated: true})
	for name, data := range map[string][]byte{
		"one more scan than there may be": progressiveScans(6900, 6900, 23),
		"more strips than there may be":   stripedTIFF(64, 70_000),
	} {
		if used := allocated(func() {
			_, err := d.Decode(t.Context(), data)
			wantCode(t, err, refusal.CodeTooMuchMemory)
		}); used > 1<<20 {
			t.Errorf("%s: refusing it took %d bytes", name, used)
		}
	}
}

// peakOf is how much more the heap holds at a time while f runs, garbage included.
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
		most := int64(0)
		for {
			most = max(most, held()-before)
			select {
			case <-ended:
				peak <- most
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
	// One code, 0: the next 16384 blocks have nothing new.
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

// stripedTIFF has a strip for each row, all of them the same bytes, which unpack to eight for each pixel.
func stripedTIFF(width, height uint32) []byte {
	order := binary.LittleEndian
	packed := zeros(int(8 * width))
	const directory = 8 + 2 + 12*8 + 4
	out := order.AppendUint16([]byte("II*\x00\x08\x00\x00\x00"), 8)
	for _, entry := range [][3]uint32{{tiffWidth, 1, width}, {tiffHeight, 1, height}, {tiffBits, 1, 8}, {tiffCompression, 1, tiffDeflate}, {tiffPhotometric, 1, 1},
		{tiffStripOffsets, height, directory}, {tiffRowsPerStrip, 1, 1}, {tiffStripBytes, height, directory + 4*height}} {
		out = order.AppendUint16(order.AppendUint16(out, uint16(entry[0])), 4) // a long
		out = order.AppendUint32(order.AppendUint32(out, entry[1]), entry[2])
	}
	out = order.AppendUint32(out, 0)
	out = append(out, bytes.Repeat(order.AppendUint32(nil, directory+8*height), int(height))...)
	out = append(out, bytes.Repeat(order.AppendUint32(nil, uint32(len(packed))), int(height))...)
	return append(out, packed...)
}

// interlacedPNG is black, of 16 bits, in colour and transparent.
func interlacedPNG(width, height int) []byte {
	length := 0
	for _, pass := range [][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
		length += ceil(height-pass[1], pass[3]) * (1 + 8*ceil(width-pass[0], pass[2]))
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(width)), uint32(height))
	header = append(header, 16, 6, 0, 0, 1)
	return bytes.Join([][]byte{[]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", header), pngChunk("IDAT", zeros(length)), pngChunk("IEND", nil)}, nil)
}

func grilledPNG(t *testing.T, width, height int) []byte {
	t.Helper()
	img := pattern(width, height)
	for i := range img.Pix {
		img.Pix[i] = uint8(i % 2 * 255)
	}
	return encodePNG(t, img)
}

// zeros are packed.
func zeros(n int) []byte {
	var packed bytes.Buffer
	w, _ := zlib.NewWriterLevel(&packed, zlib.BestSpeed) // there is such a level
	nothing := make([]byte, 1<<20)
	for ; n > 0; n -= len(nothing) {
		_, _ = w.Write(nothing[:min(n, len(nothing))]) // nothing of it can fail in memory
	}
	_ = w.Close()
	return packed.Bytes()
}
