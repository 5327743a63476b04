package media

import (
	"encoding/binary"
	"image"
	"math"
	"testing"
)

var bigEndian = binary.BigEndian

// landscape has the details of a photo: waves of many lengths, and some grain.
func landscape(w, h int) *image.NRGBA {
	m := noise(w, h, 255)
	for y := range h {
		for x := range w {
			p := m.Pix[y*m.Stride+4*x:]
			v := 110 + 60*math.Sin(float64(x)/97) + 50*math.Cos(float64(y)/31+float64(x)/513)
			for n := range 3 {
				p[n] = uint8(max(0, min(255, v+float64(p[n]>>4)+float64(20*n))))
			}
		}
	}
	return m
}

func benchmark(b *testing.B, name string, data []byte, r Rules) {
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, _, _, err := Fit(name, data, r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFit(b *testing.B) {
	m := landscape(4000, 3000)
	photo, drawing := jpegOf(m), pngOf(m)
	web := x
	web.Pictures.Width, web.Pictures.Height = 2048, 2048
	b.Run("JPEG 12 MP", func(b *testing.B) { benchmark(b, "a.jpg", photo, mastodon) })
	b.Run("JPEG 12 MP to 1 MB", func(b *testing.B) { benchmark(b, "a.jpg", photo, bluesky) })
	b.Run("JPEG 12 MP to 2048", func(b *testing.B) { benchmark(b, "a.jpg", photo, web) })
	b.Run("JPEG 12 MP of a phone", func(b *testing.B) {
		phone := withProfile(photo, icc("RGB ", displayP3, para))
		benchmark(b, "a.jpg", withSegment(phone, markAPP1, "Exif\x00\x00"+string(exif(bigEndian, 6))), web)
	})
	b.Run("PNG 12 MP", func(b *testing.B) { benchmark(b, "a.png", drawing, x) })
}

func BenchmarkLook(b *testing.B) {
	photo := jpegOf(landscape(4000, 3000))
	b.SetBytes(int64(len(photo)))
	for b.Loop() {
		if _, err := Look("a.jpg", photo); err != nil {
			b.Fatal(err)
		}
	}
}
