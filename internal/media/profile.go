package media

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"math"
)

// mostProfile is more than any profile of a screen or a camera has.
const mostProfile = 4 << 20

// inflateProfile is the profile of a PNG's iCCP chunk; nil if it is broken.
func inflateProfile(chunk []byte) []byte {
	name := bytes.IndexByte(chunk, 0)
	if name < 0 || name+2 > len(chunk) {
		return nil
	}
	z, err := zlib.NewReader(bytes.NewReader(chunk[name+2:]))
	if err != nil {
		return nil
	}
	profile, err := io.ReadAll(io.LimitReader(z, mostProfile))
	if err != nil {
		return nil
	}
	return profile
}

// colours are what an ICC profile says of RGB values, if it says so by three
// curves and a matrix (ICC.1:2022, section 8.3.3), as those of screens, phones
// and cameras do.
type colours struct {
	curve  [3][256]float32 // sample to light, 0 to 1
	matrix [3][3]float32   // their light to that of sRGB
}

// xyzToSRGB is the inverse of sRGB's primaries, adapted to D50 (IEC 61966-2-1).
var xyzToSRGB = [3][3]float64{
	{3.1338561, -1.6168667, -0.4906146},
	{-0.9787684, 1.9161415, 0.0334540},
	{0.0719453, -0.2289914, 1.4052427},
}

// readProfile returns nil for what isn't such a profile, and for sRGB itself.
// readable is false if its colours can't be converted though they differ.
func readProfile(icc []byte) (c *colours, readable bool) {
	if len(icc) < 132 || string(icc[16:20]) != "RGB " {
		return nil, true
	}
	c = &colours{}
	for n, name := range []string{"r", "g", "b"} {
		xyz, ok := point(tag(icc, name+"XYZ"))
		if !ok || !curve(tag(icc, name+"TRC"), &c.curve[n]) {
			return nil, false
		}
		for row := range 3 {
			for k := range 3 {
				c.matrix[row][n] += float32(xyzToSRGB[row][k] * xyz[k])
			}
		}
	}
	if c.likeSRGB() {
		return nil, true
	}
	return c, true
}

// tag is the content of that name in the profile's table; nil if it has none.
func tag(icc []byte, name string) []byte {
	table := icc[132:]
	for count := binary.BigEndian.Uint32(icc[128:]); count > 0 && len(table) >= 12; count, table = count-1, table[12:] {
		if string(table[:4]) != name {
			continue
		}
		at, size := uint64(binary.BigEndian.Uint32(table[4:])), uint64(binary.BigEndian.Uint32(table[8:]))
		if at+size > uint64(len(icc)) {
			return nil
		}
		return icc[at : at+size]
	}
	return nil
}

// fixed is a number of 16 bits before and 16 after the point.
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }

// point reads a colour of the type XYZ.
func point(t []byte) (xyz [3]float64, ok bool) {
	if len(t) < 20 || string(t[:4]) != "XYZ " {
		return xyz, false
	}
	return [3]float64{fixed(t[8:]), fixed(t[12:]), fixed(t[16:])}, true
}

// curve reads a curve of the type curv or para.
func curve(t []byte, out *[256]float32) bool {
	f := sampled(t)
	if len(t) >= 16 && string(t[:4]) == "para" {
		f = formula(binary.BigEndian.Uint16(t[8:]), t[12:])
	}
	if f == nil {
		return false
	}
	for n := range out {
		y := f(float64(n) / 255)
		if math.IsNaN(y) {
			return false
		}
		out[n] = float32(max(0, min(1, y)))
	}
	return true
}

// sampled is a curve given by a power, or by samples to go between.
func sampled(t []byte) func(x float64) float64 {
	if len(t) < 12 || string(t[:4]) != "curv" {
		return nil
	}
	count, samples := uint64(binary.BigEndian.Uint32(t[8:])), t[12:]
	if 2*count > uint64(len(samples)) {
		return nil
	}
	at := func(n int) float64 { return float64(binary.BigEndian.Uint16(samples[2*n:])) }
	switch count {
	case 0:
		return func(x float64) float64 { return x }
	case 1:
		return func(x float64) float64 { return math.Pow(x, at(0)/256) }
	}
	return func(x float64) float64 {
		whole, part := math.Modf(x * float64(count-1))
		n := int(whole)
		return (at(n)*(1-part) + at(min(n+1, int(count)-1))*part) / 65535
	}
}

// formula is one of the curves of ICC.1:2022, table 68.
func formula(kind uint16, t []byte) func(x float64) float64 {
	need := []int{1, 3, 4, 5, 7}
	if int(kind) >= len(need) || len(t) < 4*need[kind] {
		return nil
	}
	p := [7]float64{0, 1, 0, 0, math.Inf(-1), 0, 0} // g a b c d e f
	for n := range need[kind] {
		p[n] = fixed(t[4*n:])
	}
	g, a, b, c, d, e, f := p[0], p[1], p[2], p[3], p[4], p[5], p[6]
	switch kind {
	case 1, 2: // c is added on both sides of -b/a
		c, d, e, f = 0, -b/a, p[3], p[3]
	}
	return func(x float64) float64 {
		if x < d {
			return c*x + f
		}
		return math.Pow(a*x+b, g) + e
	}
}
