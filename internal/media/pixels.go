package media

import (
	"image"

	"golang.org/x/image/draw"
)

// band is how many rows or columns are scaled at once: draw.CatmullRom takes
// 32 bytes for every row of the source times column of the result, which is a
// gigabyte for a large picture in one piece.
const band = 64

// shrink scales first the height, then the width. Neither mixes with the other,
// so that strips give what the whole would give.
func shrink(m image.Image, w, h int) image.Image {
	b := m.Bounds()
	if h != b.Dy() {
		tall := image.NewRGBA(image.Rect(0, 0, b.Dx(), h))
		strips(tall, m, b.Dx(), func(from, to int) (dr, sr image.Rectangle) {
			return image.Rect(from, 0, to, h), image.Rect(from, 0, to, b.Dy()).Add(b.Min)
		})
		m, b = tall, tall.Rect
	}
	if w != b.Dx() {
		wide := image.NewRGBA(image.Rect(0, 0, w, h))
		strips(wide, m, h, func(from, to int) (dr, sr image.Rectangle) {
			return image.Rect(0, from, w, to), image.Rect(0, from, b.Dx(), to).Add(b.Min)
		})
		m = wide
	}
	return m
}

// strips scales count rows or columns, a few at a time.
func strips(dst *image.RGBA, m image.Image, count int, strip func(from, to int) (dr, sr image.Rectangle)) {
	var scaler draw.Scaler // keeps its memory from strip to strip
	for n := 0; n < count; n += band {
		dr, sr := strip(n, min(n+band, count))
		if n == 0 || n+band > count {
			scaler = draw.CatmullRom.NewScaler(dr.Dx(), dr.Dy(), sr.Dx(), sr.Dy())
		}
		scaler.Scale(dst, dr, m, sr, draw.Src, nil)
	}
}

// upright undoes an EXIF orientation (EXIF 2.32, tag 274).
func upright(m image.Image, turn int) image.Image {
	if turn == 1 {
		return m
	}
	src := rgba(m)
	w, h := src.Rect.Dx(), src.Rect.Dy()
	origin, right, down := steps(turn, w, h, src.Stride)
	if turn > 4 {
		w, h = h, w
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		from := origin + y*down
		to := dst.Pix[y*dst.Stride:]
		for x := range w {
			copy(to[4*x:4*x+4], src.Pix[from+x*right:])
		}
	}
	return dst
}

// steps is where the upright picture's first pixel lies in that of w×h, and how
// far it is from one pixel to the next and from one row to the next.
func steps(turn, w, h, stride int) (origin, right, down int) {
	last, bottom := 4*(w-1), stride*(h-1)
	switch turn {
	case 2:
		return last, -4, stride
	case 3:
		return bottom + last, -4, -stride
	case 4:
		return bottom, 4, -stride
	case 5:
		return 0, stride, 4
	case 6:
		return bottom, -stride, 4
	case 7:
		return bottom + last, -stride, -4
	case 8:
		return last, stride, -4
	}
	return 0, 4, stride
}

// rgba is m in that form and at the origin.
func rgba(m image.Image) *image.RGBA {
	if same, ok := m.(*image.RGBA); ok && same.Rect.Min == (image.Point{}) {
		return same
	}
	dst := image.NewRGBA(image.Rectangle{Max: m.Bounds().Size()})
	draw.Draw(dst, dst.Rect, m, m.Bounds().Min, draw.Src)
	return dst
}

// eightBit rounds 16 bits a sample to the 8 that screens and networks show.
func eightBit(m image.Image) image.Image {
	var dst draw.Image
	switch m.(type) {
	case *image.Gray16:
		dst = image.NewGray(m.Bounds())
	case *image.NRGBA64, *image.RGBA64:
		dst = image.NewNRGBA(m.Bounds())
	default:
		return m
	}
	draw.Draw(dst, dst.Bounds(), m, m.Bounds().Min, draw.Src)
	return dst
}

// opaque tells whether nothing shines through.
func opaque(m image.Image) bool {
	o, ok := m.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

// onWhite is m in a form that the JPEG encoder is quick with; what shines
// through it is white.
func onWhite(m image.Image) image.Image {
	switch m.(type) {
	case *image.YCbCr, *image.Gray, *image.RGBA:
		if opaque(m) {
			return m
		}
	}
	dst := image.NewRGBA(image.Rectangle{Max: m.Bounds().Size()})
	draw.Draw(dst, dst.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(dst, dst.Rect, m, m.Bounds().Min, draw.Over)
	return dst
}
