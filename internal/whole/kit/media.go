package kit

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
)

// Gallery are files, good and bad ones.
func (s *Shop) Gallery() {
	s.FourFiles()
	s.Write("campaigns/p/5.jpg", AsJPEG(Painted(20, 20)))
	s.Write("campaigns/p/move.gif", MovingGIF(3))
	s.Write("campaigns/p/still.gif", MovingGIF(1))
	s.Write("campaigns/p/film.mp4", Film(3))
	s.Write("campaigns/p/long.mp4", Film(200))
	s.Write("campaigns/p/named.png", AsJPEG(Painted(20, 20)))
	s.Write("campaigns/p/cut.jpg", AsJPEG(Painted(200, 200))[:3000])
	s.Write("campaigns/p/note.png", "The banner comes tomorrow.")
	broken := []byte(AsPNG(Painted(64, 64)))
	broken[len(broken)/2] ^= 1
	s.Write("campaigns/p/broken.png", string(broken))
}

// Painted is a picture that is red above and noise below, so that it shows how it
// is turned, and compresses badly.
func Painted(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	seed := uint32(1)
	for n := range m.Pix {
		seed = seed*1664525 + 1013904223
		if m.Pix[n] = uint8(seed >> 24); n%4 == 3 {
			m.Pix[n] = 255
		}
	}
	for y := range h / 2 {
		for x := range w {
			m.SetNRGBA(x, y, color.NRGBA{255, 0, 0, 255})
		}
	}
	return m
}

func AsJPEG(m image.Image) string {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}) // into memory
	return b.String()
}

func AsPNG(m image.Image) string {
	var b bytes.Buffer
	_ = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, m) // into memory
	return b.String()
}

// MovingGIF has that many frames.
func MovingGIF(frames int) string {
	var all gif.GIF
	for n := range frames {
		m := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.Black, color.White})
		m.Pix[n%len(m.Pix)] = 1
		all.Image, all.Delay = append(all.Image, m), append(all.Delay, 5)
	}
	var b bytes.Buffer
	_ = gif.EncodeAll(&b, &all) // into memory
	return b.String()
}

// Owner stands in the metadata.
const Owner = "Pomelo-Lane-7"

// turnedPhoto says in its EXIF that it is to be turned a quarter, and who took it.
func turnedPhoto(m image.Image) string {
	data := AsJPEG(m)
	e := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x02" + "\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00" + "\x01\x3b\x00\x02\x00\x00\x00\x0e\x00\x00\x00\x26" + "\x00\x00\x00\x00" + Owner + "\x00"
	return data[:2] + "\xff\xe1" + string(binary.BigEndian.AppendUint16(nil, uint16(len(e)+2))) + e + data[2:]
}

func atom(kind string, parts ...string) string {
	body := kind + strings.Join(parts, "")
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(body)+4))) + body
}

func words32(values ...uint32) string {
	var b []byte
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return string(b)
}

// Film is a video of so many seconds.
func Film(seconds uint32) string {
	tkhd := words32(7, 0, 0, 1, 0, seconds*1000, 0, 0, 0, 0, 1<<16, 0, 0, 0, 1<<16, 0, 0, 0, 1<<30, 640<<16, 480<<16)
	track := atom("trak", atom("tkhd", tkhd), atom("mdia", atom("hdlr", words32(0, 0)+"vide"+words32(0, 0, 0))))
	return atom("ftyp", "isom", words32(512), "isommp42") + atom("free") + atom("mdat", strings.Repeat("film", 200)) +
		atom("moov", atom("mvhd", words32(0, 0, 0, 1000, seconds*1000)+strings.Repeat("\x00", 80)), track)
}

// Showing makes a campaign of a step with files.
func (s *Shop) Showing(when, files string) {
	s.Write("templates/show.en.tmpl", "Look at what the potter has made of clay and patience.")
	s.Write("campaigns/show.yaml", "title: Show\nsteps:\n  show:\n    accounts: [shop]\n    at: "+when+"\n    say: show\n"+files)
}

// FourFiles are a turned photo and others.
func (s *Shop) FourFiles() {
	s.Write("campaigns/p/1.jpg", turnedPhoto(Painted(64, 32)))
	s.Write("campaigns/p/2.png", AsPNG(Painted(40, 40)))
	s.Write("campaigns/p/3.jpg", AsJPEG(Painted(50, 30)))
	s.Write("campaigns/p/4.jpg", AsJPEG(Painted(30, 50)))
}
