package media

import (
	"image"
	"image/draw"
	"math"
)

// fine is how many steps of light are told apart.
const fine = 1 << 14

// toSample is sRGB's curve: light to sample (IEC 61966-2-1).
func toSample() *[fine + 1]uint8 {
	var out [fine + 1]uint8
	for n := range out {
		y := float64(n) / fine
		if y <= 0.0031308 {
			y *= 12.92
		} else {
			y = 1.055*math.Pow(y, 1/2.4) - 0.055
		}
		out[n] = uint8(math.Round(255 * y))
	}
	return &out
}

// convert changes samples of four bytes, the last of which is kept.
func (c *colours) convert(pix []uint8) {
	samples := toSample()
	for ; len(pix) >= 4; pix = pix[4:] {
		r, g, b := c.curve[0][pix[0]], c.curve[1][pix[1]], c.curve[2][pix[2]]
		for n, m := range c.matrix {
			light := m[0]*r + m[1]*g + m[2]*b
			pix[n] = samples[int(max(0, min(1, light))*fine+0.5)]
		}
	}
}

// likeSRGB tells whether converting would change nothing that can be seen:
// several profiles are called sRGB.
func (c *colours) likeSRGB() bool {
	var pix []uint8
	for n := range 5 * 5 * 5 {
		pix = append(pix, uint8(n%5*63), uint8(n/5%5*63), uint8(n/25*63), 255)
	}
	was := append([]uint8(nil), pix...)
	c.convert(pix)
	for n := range pix {
		if d := int(pix[n]) - int(was[n]); d < -3 || d > 3 {
			return false
		}
	}
	return true
}

// toScreen is m in the colours of sRGB, which everybody assumes where nothing
// is said.
func (c *colours) toScreen(m image.Image) image.Image {
	if c == nil {
		return m
	}
	if opaque(m) {
		dst := image.NewRGBA(image.Rectangle{Max: m.Bounds().Size()})
		draw.Draw(dst, dst.Rect, m, m.Bounds().Min, draw.Src)
		c.convert(dst.Pix)
		return dst
	}
	dst := image.NewNRGBA(image.Rectangle{Max: m.Bounds().Size()})
	draw.Draw(dst, dst.Rect, m, m.Bounds().Min, draw.Src)
	c.convert(dst.Pix)
	return dst
}
