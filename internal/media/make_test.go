package media

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"testing"
	"time"
)

// The networks' rules for pictures (docs/networks.md).
var (
	mastodon = Rules{
		Who:      "Mastodon",
		Pictures: Limit{Count: 4, Types: []string{typeJPEG, typePNG, typeGIF, typeWebP}, Bytes: 16_777_216, Pixels: 33_177_600},
		GIFs:     Limit{Count: 1, Types: []string{typeGIF}, Bytes: 16_777_216, Pixels: 33_177_600},
		Videos:   Limit{Count: 1, Types: []string{typeMP4, typeMOV}, Bytes: 103_809_024, Pixels: 8_294_400},
	}
	bluesky = Rules{
		Who:      "Bluesky",
		Pictures: Limit{Count: 4, Types: []string{typeJPEG, typePNG}, Bytes: 1_000_000},
		Videos:   Limit{Count: 1, Types: []string{typeMP4}, Bytes: 100_000_000},
	}
	x = Rules{
		Who:      "X",
		Pictures: Limit{Count: 4, Types: []string{typeJPEG, typePNG, typeWebP}, Bytes: 5_000_000},
		GIFs:     Limit{Count: 1, Types: []string{typeGIF}, Bytes: 15_000_000, Width: 1280, Height: 1080, Frames: 350},
		Videos:   Limit{Count: 1, Types: []string{typeMP4, typeMOV}, Bytes: 512_000_000, Duration: 140 * time.Second},
	}
	weibo = Rules{
		Who:      "Weibo",
		Pictures: Limit{Count: 1, Types: []string{typeJPEG, typeGIF, typePNG}, Bytes: 5_000_000},
		GIFs:     Limit{Count: 1, Types: []string{typeGIF}, Bytes: 5_000_000},
	}
)

// corners is a picture whose corners tell how it is turned: red, green, blue
// and white, clockwise from the upper left.
func corners(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{255, 0, 0, 255}
			switch right, low := x >= w/2, y >= h/2; {
			case right && low:
				c = color.NRGBA{0, 0, 255, 255}
			case right:
				c = color.NRGBA{0, 255, 0, 255}
			case low:
				c = color.NRGBA{255, 255, 255, 255}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

// noise is a picture that compresses badly; alpha is the opacity of all of it.
func noise(w, h int, alpha uint8) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	seed := uint32(1)
	for n := range m.Pix {
		seed = seed*1664525 + 1013904223
		m.Pix[n] = uint8(seed >> 24)
		if n%4 == 3 {
			m.Pix[n] = alpha
		}
	}
	return m
}

func jpegOf(m image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func pngOf(m image.Image) []byte {
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := e.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// gifOf has that many frames.
func gifOf(w, h, frames int) []byte {
	var all gif.GIF
	for n := range frames {
		m := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.Black, color.White})
		m.Pix[n%len(m.Pix)] = 1
		all.Image, all.Delay = append(all.Image, m), append(all.Delay, 5)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &all); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// secret stands in every piece of metadata that tests put in.
const secret = "Pomelo-Lane-7"

// exif has an orientation, an author, and a place: 51°30' north, in GPS IFD.
func exif(order binary.AppendByteOrder, turn int) []byte {
	b := []byte("MM\x00*")
	if order.String() == "LittleEndian" {
		b = []byte("II*\x00")
	}
	u16 := func(v int) { b = order.AppendUint16(b, uint16(v)) }
	u32 := func(v int) { b = order.AppendUint32(b, uint32(v)) }
	u32(8)
	u16(3) // IFD0: orientation, artist, GPS
	u16(0x0112)
	u16(3)
	u32(1)
	u16(turn)
	u16(0)
	u16(0x013b)
	u16(2)
	u32(len(secret) + 1)
	u32(100)
	u16(0x8825)
	u16(4)
	u32(1)
	u32(50)
	u32(0)
	u16(2) // GPS: latitude's reference, latitude
	u16(1)
	u16(2)
	u32(2)
	b = append(b, 'N', 0, 0, 0)
	u16(2)
	u16(5)
	u32(3)
	u32(76)
	u32(0)
	for len(b) < 76 {
		b = append(b, 0)
	}
	for _, v := range []int{51, 1, 30, 1, 0, 1} {
		u32(v)
	}
	return append(b, secret+"\x00"...)
}

// withSegment puts a segment behind a JPEG's first marker.
func withSegment(data []byte, mark byte, body string) []byte {
	out := append([]byte{}, data[:2]...)
	out = append(out, 0xff, mark)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(append(out, body...), data[2:]...)
}

// withChunk puts a chunk behind a PNG's IHDR.
func withChunk(data []byte, kind, body string) []byte {
	out := append([]byte{}, data[:33]...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(body)))
	out = append(out, kind+body...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(kind+body)))
	return append(out, data[33:]...)
}

// riff is a WebP of these chunks, given as kind and body by turns.
func riff(chunks ...string) []byte {
	body := []byte("WEBP")
	for n := 0; n < len(chunks); n += 2 {
		body = append(body, chunks[n]...)
		body = binary.LittleEndian.AppendUint32(body, uint32(len(chunks[n+1])))
		body = append(body, chunks[n+1]...)
		if len(chunks[n+1])%2 == 1 {
			body = append(body, 0)
		}
	}
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
