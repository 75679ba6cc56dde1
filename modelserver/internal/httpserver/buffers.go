package httpserver

import (
	"math/bits"
	"sync"
)

// maxKept is the size of the largest buffer that is kept for another request. Larger
// ones are not worth their memory.
const maxKept = 4 << 20

// buffers are kept by size, in powers of two: a small body does not get a large
// buffer, which would waste memory.
type buffers struct {
	kept      [65]sync.Pool // of *[]byte, by the bit length of their capacity
	discarded sync.Pool     // of *[64 << 10]byte, for reading the bodies of refused requests
}

// get returns an empty buffer of that size or somewhat more.
func (b *buffers) get(size int64) []byte {
	if kept, ok := b.kept[bits.Len64(uint64(size))].Get().(*[]byte); ok && int64(cap(*kept)) >= size {
		return (*kept)[:0]
	}
	return make([]byte, 0, size)
}

func (b *buffers) put(buffer []byte) {
	if cap(buffer) <= maxKept {
		b.kept[bits.Len64(uint64(cap(buffer)))].Put(&buffer)
	}
}

func (b *buffers) scratch() *[64 << 10]byte {
	if scratch, ok := b.discarded.Get().(*[64 << 10]byte); ok {
		return scratch
	}
	return new([64 << 10]byte)
}

func (b *buffers) putScratch(scratch *[64 << 10]byte) { b.discarded.Put(scratch) }
