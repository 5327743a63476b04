package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"strings"
	"sync"
	"testing"
)

// fit decodes what Fit made.
func fit(t testing.TB, name string, data []byte, r Rules) (m image.Image, mime string, out []byte) {
	t.Helper()
	out, mime, _, err := Fit(name, data, r)
	if err != nil {
		t.Fatal(err)
	}
	if m, err = formats[mime].decode(bytes.NewReader(out)); err != nil {
		t.Fatal(err)
	}
	return m, mime, out
}

// near tells whether a pixel has that colour, but for what JPEG does.
func near(got, want color.Color) bool {
	a, b := color.NRGBAModel.Convert(got).(color.NRGBA), color.NRGBAModel.Convert(want).(color.NRGBA)
	off := func(x, y uint8) bool { return int(x)-int(y) > 12 || int(y)-int(x) > 12 }
	return !off(a.R, b.R) && !off(a.G, b.G) && !off(a.B, b.B) && a.A == b.A
}

// isUpright looks at the middles of the quarters.
func isUpright(t *testing.T, m image.Image) {
	t.Helper()
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	for _, c := range []struct {
		x, y int
		want color.Color
	}{{w / 4, h / 4, color.NRGBA{255, 0, 0, 255}}, {3 * w / 4, h / 4, color.NRGBA{0, 255, 0, 255}},
		{3 * w / 4, 3 * h / 4, color.NRGBA{0, 0, 255, 255}}, {w / 4, 3 * h / 4, color.White}} {
		if !near(m.At(c.x, c.y), c.want) {
			t.Errorf("%v at %d, %d; want %v", m.At(c.x, c.y), c.x, c.y, c.want)
		}
	}
}

// turned is m as a camera stores it that says turn (EXIF 2.32, tag 274: what the first row and column are).
func turned(m *image.NRGBA, turn int) *image.NRGBA {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if turn > 4 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewNRGBA(size)
	for y := range h {
		for x := range w {
			to := [...][2]int{1: {x, y}, {w - 1 - x, y}, {w - 1 - x, h - 1 - y}, {x, h - 1 - y},
				{y, x}, {y, w - 1 - x}, {h - 1 - y, w - 1 - x}, {h - 1 - y, x}}[turn]
			out.Set(to[0], to[1], m.At(x, y))
		}
	}
	return out
}

func TestUpright(t *testing.T) {
	small := Rules{Who: "small", Pictures: Limit{Count: 1, Types: []string{typeJPEG, typePNG}, Width: 24, Height: 30}}
	for turn := 1; turn <= 8; turn++ {
		m := turned(corners(64, 32), turn)
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			tags := string(exif(order, turn))
			lossless := riff("VP8X", "\x08\x00\x00\x00\x4a\x00\x00\x63\x00\x00", "VP8L", string(read(t, "lossless.webp")[20:]), "EXIF", tags)
			for name, data := range map[string][]byte{
				"a.jpg": withSegment(jpegOf(m), markAPP1, "Exif\x00\x00"+tags),
				"a.png": withChunk(pngOf(m), "eXIf", tags),
			} {
				i, err := Look(name, data)
				if err != nil || i.Width != 64 || i.Height != 32 {
					t.Fatal(turn, i, err)
				}
				whole, _, _ := fit(t, name, data, x)
				isUpright(t, whole)
				less, _, _ := fit(t, name, data, small)
				if isUpright(t, less); less.Bounds() != image.Rect(0, 0, 24, 12) {
					t.Error(less.Bounds())
				}
			}
			if i, err := Look("a.webp", lossless); err != nil || i.turn != turn {
				t.Fatal(i, err)
			}
		}
	}
}

func TestNothingPersonalIsLeft(t *testing.T) {
	tags := string(exif(binary.LittleEndian, 6))
	xmp := "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta><exif:GPSLatitude>" + secret
	drawing := withChunk(pngOf(corners(64, 32)), "tEXt", "Author\x00"+secret)
	drawing = withChunk(drawing, "iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00"+xmp)
	photo := withSegment(jpegOf(corners(64, 32)), markAPP1, xmp)
	photo = withSegment(photo, 0xfe, secret)
	photo = withSegment(photo, 0xed, "Photoshop 3.0\x008BIM"+secret)
	still := gifOf(8, 8, 1)
	still = append(still[:len(still)-1], "\x21\xfe\x0d"+secret+"\x00\x3b"...)
	for name, data := range map[string][]byte{
		"a.jpg": append(withSegment(photo, markAPP1, "Exif\x00\x00"+tags), secret...),
		"a.png": append(withChunk(drawing, "eXIf", tags), secret...),
		"a.gif": still,
		"a.webp": riff("VP8X", "\x0c\x00\x00\x00\x4a\x00\x00\x63\x00\x00", "VP8L", string(read(t, "lossless.webp")[20:]), "EXIF", tags,
			"XMP ", xmp),
	} {
		if !bytes.Contains(data, []byte(secret)) {
			t.Fatal(name, "holds no secret before")
		}
		for _, r := range []Rules{mastodon, bluesky, weibo} {
			_, _, out := fit(t, name, data, r)
			for _, trace := range []string{secret, "Exif", "eXIf", "GPS", "xmp", "Adobe", "tEXt", "iTXt", "ICC", "Author"} {
				if bytes.Contains(out, []byte(trace)) {
					t.Errorf("%s still holds %s", name, trace)
				}
			}
		}
	}
}

func TestTransparency(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 200, 200))
	draw.Draw(m, image.Rect(50, 50, 150, 150), image.NewUniform(color.NRGBA{200, 30, 60, 255}), image.Point{}, draw.Src)
	got, mime, _ := fit(t, "a.png", pngOf(m), bluesky)
	if _, _, _, a := got.At(1, 1).RGBA(); mime != typePNG || a != 0 || !near(got.At(100, 100), color.NRGBA{200, 30, 60, 255}) {
		t.Error(mime, got.At(1, 1))
	}
	only := Rules{Who: "JPEG", Pictures: Limit{Count: 1, Types: []string{typeJPEG}}}
	got, mime, _ = fit(t, "a.png", pngOf(m), only)
	if mime != typeJPEG || !near(got.At(1, 1), color.White) || !near(got.At(100, 100), color.NRGBA{200, 30, 60, 255}) {
		t.Error(mime, got.At(1, 1), got.At(100, 100))
	}
	// Noise that shines through: PNG while half the width is enough, else JPEG.
	tight := Rules{Who: "tight", Pictures: Limit{Count: 1, Types: []string{typeJPEG, typePNG}, Bytes: 200_000}}
	if got, mime, _ = fit(t, "a.png", pngOf(noise(300, 300, 200)), tight); mime != typePNG || got.Bounds().Dx() != 213 {
		t.Error(mime, got.Bounds())
	}
	tight.Pictures.Bytes = 60_000
	if _, mime, _ = fit(t, "a.png", pngOf(noise(300, 300, 200)), tight); mime != typeJPEG {
		t.Error(mime)
	}
	if _, mime, _ = fit(t, "a.webp", read(t, "clear.webp"), bluesky); mime != typePNG {
		t.Error("a lossy WebP that shines through is", mime)
	}
}

func TestForms(t *testing.T) {
	deep := image.NewNRGBA64(image.Rect(0, 0, 64, 32))
	draw.Draw(deep, deep.Rect, corners(64, 32), image.Point{}, draw.Src)
	few := image.NewPaletted(image.Rect(0, 0, 64, 32), color.Palette{color.White, color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 255, 0, 255},
		color.NRGBA{0, 0, 255, 255}})
	draw.Draw(few, few.Rect, corners(64, 32), image.Point{}, draw.Src)
	for name, c := range map[string]struct {
		data []byte
		mime string
		is   func(image.Image) bool
	}{
		"deep.png":    {pngOf(deep), typePNG, func(m image.Image) bool { _, ok := m.(*image.RGBA); return ok }},
		"few.png":     {pngOf(few), typePNG, func(m image.Image) bool { _, ok := m.(*image.Paletted); return ok }},
		"many.png":    {pngOf(noise(700, 700, 255)), typeJPEG, func(m image.Image) bool { return m.Bounds().Dx() == 700 }},
		"ink.jpg":     {read(t, "cmyk.jpg"), typeJPEG, func(m image.Image) bool { _, ok := m.(*image.YCbCr); return ok }},
		"web.jpg":     {read(t, "progressive.jpg"), typeJPEG, func(m image.Image) bool { return m.Bounds().Dy() == 103 }},
		"photo.webp":  {read(t, "lossy.webp"), typeJPEG, func(m image.Image) bool { return m.Bounds().Dx() == 150 }},
		"sketch.webp": {read(t, "lossless.webp"), typePNG, func(m image.Image) bool { return m.Bounds().Dx() == 75 }},
		"dot.png":     {pngOf(corners(1, 1)), typePNG, func(m image.Image) bool { return m.Bounds().Dx() == 1 }},
		"line.png":    {pngOf(corners(1, 20000)), typePNG, func(m image.Image) bool { return m.Bounds().Dy() == 20000 }},
	} {
		m, mime, _ := fit(t, name, c.data, bluesky)
		if mime != c.mime || !c.is(m) {
			t.Errorf("%s became %s, %T, %v", name, mime, m, m.Bounds())
		}
		if strings.HasPrefix(name, "deep") || strings.HasPrefix(name, "few") {
			isUpright(t, m)
		}
	}
	if i, err := Look("ink.jpg", read(t, "cmyk.jpg")); err != nil || len(i.Notes) != 1 || !strings.Contains(i.Notes[0], "CMYK") {
		t.Error(i.Notes, err)
	}
}

func TestInner(t *testing.T) {
	for _, c := range []struct {
		l          Limit
		w, h, x, y int
	}{
		{Limit{}, 12, 9, 12, 9},
		{Limit{Width: 8192, Height: 8192}, 1, 20000, 1, 8192},
		{Limit{Pixels: 10000}, 1, 20000, 1, 10000},
		{Limit{Pixels: 33_177_600}, 12000, 8000, 7054, 4703},
		{Limit{Width: 1280, Height: 1080}, 1281, 1080, 1280, 1079},
		{Limit{Width: 3}, 9000, 1, 3, 1},
	} {
		if x, y := c.l.inner(c.w, c.h); x != c.x || y != c.y {
			t.Errorf("%d×%d became %d×%d, want %d×%d", c.w, c.h, x, y, c.x, c.y)
		}
	}
}

// TestBands: scaling in bands gives what scaling at once gives.
func TestBands(t *testing.T) {
	m := noise(300, 200, 255)
	at := func(x, y, w, h int) image.Image { return m.SubImage(image.Rect(x, y, x+w, y+h)) }
	whole := shrink(m, 111, 77).(*image.RGBA)
	for x := 0; x < 300; x += band { // one column of bands after the other
		part := shrink(at(x, 0, min(band, 300-x), 200), min(band, 300-x), 77).(*image.RGBA)
		all := shrink(m, 300, 77).(*image.RGBA)
		for y := range 77 {
			if !bytes.Equal(part.Pix[y*part.Stride:][:4*part.Rect.Dx()], all.Pix[y*all.Stride+4*x:][:4*part.Rect.Dx()]) {
				t.Fatal("row", y, "of the columns from", x)
			}
		}
	}
	if whole.Rect != image.Rect(0, 0, 111, 77) {
		t.Error(whole.Rect)
	}
}

func TestSameBytes(t *testing.T) {
	tight := Rules{Who: "tight", Pictures: Limit{Count: 1, Types: []string{typeJPEG, typePNG}, Bytes: 100_000, Width: 350, Height: 350}}
	for name, data := range map[string][]byte{"a.png": pngOf(noise(400, 300, 255)), "b.png": pngOf(noise(300, 400, 99)),
		"a.jpg": read(t, "cmyk.jpg")} {
		_, _, want := fit(t, name, data, tight)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if got, _, _, err := Fit(name, data, tight); err != nil || !bytes.Equal(got, want) {
					t.Error(name, "differs", err)
				}
			})
		}
		all.Wait()
	}
}

func TestTooSmallALimit(t *testing.T) {
	tiny := Rules{Who: "Tiny", Pictures: Limit{Count: 1, Types: []string{typeJPEG, typePNG}, Bytes: 400, Least: 4}}
	for want, data := range map[string][]byte{
		"a.png can't be made as small as the 400 bytes that Tiny takes": pngOf(noise(500, 500, 255)),
		"a.png has 3×9 pixels; Tiny wants 4 on each side":               pngOf(corners(3, 9)),
	} {
		if _, _, _, err := Fit("a.png", data, tiny); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
