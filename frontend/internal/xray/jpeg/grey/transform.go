// The inverse cosine transform follows dct.go of image/jpeg in Go 1.26:
// Copyright 2025 The Go Authors. All rights reserved.
// Use of that code is governed by a BSD-style licence, which is in the file LICENSE-go.

package grey

// The inverse cosine transform of a JPEG's blocks, by the algorithm of Loeffler, Ligtenberg and Moschytz. The arithmetic is
// image/jpeg's, so a film's pixels do not depend on which of the two decoded it. Coefficients that are zero are skipped,
// which changes no result.

// Cosines and sines; the number after the x is the number of fractional bits.
const (
	cos1x12, sin1x12        = 4017, 799
	cos3x12, sin3x12        = 3406, 2276
	cos6x12, sin6x12        = 1108, 2676 // both over the square root of 2
	cos6x18, sin6x18        = 70936, 171254
	halfRootx8, halfRootx14 = 181, 11585
)

func rotate(x0, x1, cos, sin int32) (y0, y1 int32) {
	sum := cos * (x0 + x1)
	return sum + (sin-cos)*x1, sum - (cos+sin)*x0
}

// fillBlock writes a block that has no detail.
func fillBlock(out []uint8, stride int, level int32) {
	v := sample((level<<17 + 1<<19) >> 20)
	for y := range 8 {
		row := out[y*stride:][:8]
		for x := range row {
			row[x] = v
		}
	}
}

// transformBlock writes a block's samples.
func transformBlock(out []uint8, stride int, block *[64]int32) {
	for i := 0; i < 64; i += 8 {
		transformRow((*[8]int32)(block[i:]))
	}
	for i := range 8 {
		transformColumn(out[i:], stride, block, i)
	}
}

// transformUpper is transformBlock for a block whose lower four rows are zero.
func transformUpper(out []uint8, stride int, block *[64]int32) {
	for i := 0; i < 32; i += 8 {
		transformRow((*[8]int32)(block[i:]))
	}
	for i := range 8 {
		transformUpperColumn(out[i:], stride, block, i)
	}
}

func transformRow(x *[8]int32) {
	if x[1]|x[2]|x[3]|x[4]|x[5]|x[6]|x[7] == 0 {
		if x[0] != 0 {
			v := x[0] << 17
			*x = [8]int32{v, v, v, v, v, v, v, v}
		}
		return
	}
	x0, x1 := x[0]<<17, x[4]<<17
	x0, x1 = x0+x1, x0-x1
	x2, x3 := rotate(x[2], x[6], cos6x18, -sin6x18)
	x1, x2 = x1+x2, x1-x2
	x0, x3 = x0+x3, x0-x3

	x7, x4 := x[1]<<7, x[7]<<7
	x7, x4 = x7+x4, x7-x4
	x5, x6 := x[3]*halfRootx8, x[5]*halfRootx8
	x7, x5 = x7+x5, x7-x5
	x4, x6 = x4+x6, x4-x6
	x4, x7 = rotate(x4>>2, x7>>2, cos3x12, -sin3x12)
	x5, x6 = rotate(x5>>2, x6>>2, cos1x12, -sin1x12)

	x[0], x[7] = x0+x7, x0-x7
	x[1], x[6] = x1+x6, x1-x6
	x[2], x[5] = x2+x5, x2-x5
	x[3], x[4] = x3+x4, x3-x4
}

func transformColumn(out []uint8, stride int, block *[64]int32, i int) {
	x0, x7, x2, x5 := block[i&7], block[8+i&7], block[16+i&7], block[24+i&7]
	x1, x6, x3, x4 := block[32+i&7], block[40+i&7], block[48+i&7], block[56+i&7]
	x0 += 1 << 19 // half a level, to round
	x0, x1 = (x0+x1)>>2, (x0-x1)>>2
	x2, x3 = rotate(x2>>13, x3>>13, cos6x12, -sin6x12)
	x1, x2 = x1+x2, x1-x2
	x0, x3 = x0+x3, x0-x3

	x7, x4 = x7+x4, x7-x4
	x5, x6 = (x5>>13)*halfRootx14, (x6>>13)*halfRootx14
	x7, x5 = x7+x5, x7-x5
	x4, x6 = x4+x6, x4-x6
	x4, x7 = rotate(x4>>14, x7>>14, cos3x12, -sin3x12)
	x5, x6 = rotate(x5>>14, x6>>14, cos1x12, -sin1x12)

	_ = out[7*stride]
	out[0] = sample((x0 + x7) >> 18)
	out[stride] = sample((x1 + x6) >> 18)
	out[2*stride] = sample((x2 + x5) >> 18)
	out[3*stride] = sample((x3 + x4) >> 18)
	out[4*stride] = sample((x3 - x4) >> 18)
	out[5*stride] = sample((x2 - x5) >> 18)
	out[6*stride] = sample((x1 - x6) >> 18)
	out[7*stride] = sample((x0 - x7) >> 18)
}

// transformUpperColumn is transformColumn where x1, x3, x4 and x6 are zero.
func transformUpperColumn(out []uint8, stride int, block *[64]int32, i int) {
	x0, x7, x2, x5 := block[i&7], block[8+i&7], block[16+i&7], block[24+i&7]
	x0 = (x0 + 1<<19) >> 2
	x1 := x0
	x2, x3 := rotate(x2>>13, 0, cos6x12, -sin6x12)
	x1, x2 = x1+x2, x1-x2
	x0, x3 = x0+x3, x0-x3

	x4, x6 := x7, x7
	x5 = (x5 >> 13) * halfRootx14
	x7, x5 = x7+x5, x7-x5
	x4, x7 = rotate(x4>>14, x7>>14, cos3x12, -sin3x12)
	x5, x6 = rotate(x5>>14, x6>>14, cos1x12, -sin1x12)

	_ = out[7*stride]
	out[0] = sample((x0 + x7) >> 18)
	out[stride] = sample((x1 + x6) >> 18)
	out[2*stride] = sample((x2 + x5) >> 18)
	out[3*stride] = sample((x3 + x4) >> 18)
	out[4*stride] = sample((x3 - x4) >> 18)
	out[5*stride] = sample((x2 - x5) >> 18)
	out[6*stride] = sample((x1 - x6) >> 18)
	out[7*stride] = sample((x0 - x7) >> 18)
}

// sample shifts a level around 0 to one around 128, and clips it.
func sample(level int32) uint8 {
	level += 128
	if uint32(level) > 255 { // one comparison for nearly all levels
		return uint8(^level >> 31)
	}
	return uint8(level)
}
