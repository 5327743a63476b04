package media

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"testing"

	"pgregory.net/rapid"
)

// holds tells whether out keeps the rules, as an outsider would see it.
func holds(t rapid.TB, l Limit, out []byte, mime string) {
	t.Helper()
	i, err := Look("out", out)
	if err != nil || i.Type != mime || mime != typeJPEG && mime != typePNG {
		t.Fatalf("%+v, %s, %v", i, mime, err)
	}
	if l.Bytes > 0 && len(out) > l.Bytes || l.Width > 0 && i.Width > l.Width || l.Height > 0 && i.Height > l.Height ||
		l.Pixels > 0 && i.Width*i.Height > l.Pixels || min(i.Width, i.Height) < l.Least {
		t.Fatalf("%d bytes, %d×%d pixels; the limit is %+v", len(out), i.Width, i.Height, l)
	}
}

// TestLaw: whatever the picture and the rules, either the result keeps them or there is a Problem.
func TestLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 400).Draw(t, "w"), rapid.IntRange(1, 400).Draw(t, "h")
		m := noise(w, h, rapid.SampledFrom([]uint8{255, 200, 0}).Draw(t, "alpha"))
		if rapid.Bool().Draw(t, "simple") {
			m = corners(w, h)
		}
		name, data := "a.png", pngOf(m)
		if rapid.Bool().Draw(t, "photo") {
			name, data = "a.jpg", jpegOf(m)
		}
		none := func(most int) int { return rapid.IntRange(0, most).Draw(t, fmt.Sprint("up to ", most)) }
		l := Limit{Count: 1, Types: rapid.SampledFrom([][]string{{typeJPEG, typePNG}, {typeJPEG}, {typePNG}}).Draw(t, "types"),
			Bytes: none(1) * none(200_000), Width: none(1) * none(500), Height: none(1) * none(500), Pixels: none(1) * none(100_000), Least: none(8)}
		out, mime, _, err := Fit(name, data, Rules{Who: "X", Pictures: l})
		var p *Problem
		if err == nil {
			holds(t, l, out, mime)
		} else if !errors.As(err, &p) {
			t.Fatalf("%T: %v", err, err)
		}
	})
}

// seeds are one of everything, for the fuzzers to change.
func seeds(f *testing.F) {
	for _, name := range []string{"progressive.jpg", "cmyk.jpg", "lossy.webp", "lossless.webp", "clear.webp"} {
		f.Add(read(f, name))
	}
	f.Add(withProfile(jpegOf(corners(16, 8)), icc("RGB ", displayP3, para)))
	f.Add(withProfile(pngOf(noise(16, 8, 100)), icc("RGB ", adobeRGB, gamma)))
	f.Add(withSegment(jpegOf(corners(16, 8)), markAPP1, "Exif\x00\x00"+string(exif(bigEndian, 6))))
	f.Add(gifOf(8, 8, 1))
	f.Add(gifOf(8, 8, 3))
	f.Add(film{seconds: 3, turned: true}.bytes())
	f.Add(film{seconds: 3, long: true, extra: atom("mvex", atom("mehd", words32(0, 9)))}.bytes())
	for name, data := range bombs() {
		if name != "boxes.mp4" { // 1.6 MB
			f.Add(data)
		}
	}
}

// modest fails if f takes more memory than that.
func modest(t *testing.T, most uint64, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > most {
		t.Fatalf("%d MB, more than %d", took>>20, most>>20)
	}
}

func FuzzLook(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		modest(t, 16<<20+8*uint64(len(data)), func() {
			if i, err := Look("a", data); err == nil && (i.Width < 1 || i.Height < 1 || i.Frames < 1 || i.Bytes != len(data)) {
				t.Fatalf("%+v", i)
			}
		})
	})
}

func FuzzFit(f *testing.F) {
	seeds(f)
	r := Rules{Who: "X", Pictures: Limit{Count: 1, Types: []string{typeJPEG, typePNG}, Bytes: 50_000, Width: 600, Height: 400,
		Pixels: 100_000},
		GIFs: Limit{Count: 1, Types: []string{typeGIF}}, Videos: Limit{Count: 1, Types: []string{typeMP4, typeMOV}}}
	f.Fuzz(func(t *testing.T, data []byte) {
		i, err := Look("a", data)
		if err == nil && i.Width*i.Height > 4_000_000 {
			return // it may take its time
		}
		modest(t, 128<<20+100*uint64(i.Width*i.Height), func() {
			out, mime, _, err := Fit("a", data, r)
			if err == nil && i.Kind == Picture {
				holds(t, r.Pictures, out, mime)
			} else if err == nil && !bytes.Equal(out, data) {
				t.Fatal("not the same bytes")
			}
		})
	})
}
