package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"runtime"
	"strings"
	"testing"
)

func TestLook(t *testing.T) {
	gray := image.NewGray16(image.Rect(0, 0, 7, 5))
	for name, c := range map[string]struct {
		data []byte
		kind Kind
		mime string
		w, h int
	}{
		"a.jpg":    {jpegOf(corners(32, 16)), Picture, typeJPEG, 32, 16},
		"a.JPEG":   {read(t, "progressive.jpg"), Picture, typeJPEG, 150, 103},
		"b.jpg":    {append(jpegOf(corners(32, 16)), film{seconds: 3}.bytes()...), Picture, typeJPEG, 32, 16}, // a "motion photo"
		"a.png":    {pngOf(corners(3, 4)), Picture, typePNG, 3, 4},
		"gray.png": {pngOf(gray), Picture, typePNG, 7, 5},
		"one.png":  {withChunk(pngOf(corners(3, 4)), "acTL", words32(1, 0)), Picture, typePNG, 3, 4},
		"a.webp":   {read(t, "lossy.webp"), Picture, typeWebP, 150, 100},
		"b.webp":   {read(t, "lossless.webp"), Picture, typeWebP, 75, 100},
		"a.gif":    {gifOf(4, 6, 1), Picture, typeGIF, 4, 6},
		"b.gif":    {gifOf(4, 6, 3), GIF, typeGIF, 4, 6},
		"a":        {gifOf(4, 6, 3), GIF, typeGIF, 4, 6},
		"a.bak":    {jpegOf(corners(1, 1)), Picture, typeJPEG, 1, 1},
	} {
		i, err := Look(name, c.data)
		if err != nil || i.Name != name || i.Kind != c.kind || i.Type != c.mime || i.Width != c.w || i.Height != c.h || i.Bytes != len(c.data) {
			t.Errorf("%s: %+v, %v", name, i, err)
		}
	}
}

func TestWhatPeopleAreTold(t *testing.T) {
	still := pngOf(corners(8, 8))
	half := jpegOf(noise(64, 64, 255))
	lost := pngOf(noise(64, 64, 255))
	lost[len(lost)/2] ^= 1
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"images/bf.png", []byte("The banner comes tomorrow. – Łukasz"), "images/bf.png is no picture: it holds text"},
		{"images/bf.png", []byte("<!DOCTYPE html><p>404"), "images/bf.png is a web page: was it downloaded by mistake?"},
		{"images/bf.png", jpegOf(corners(8, 8)), "images/bf.png says .png but is a JPEG: rename it to end in .jpg"},
		{"images/bf.jpg", still, "images/bf.jpg says .jpg but is a PNG: rename it to end in .png"},
		{"images/bf.gif", film{seconds: 1}.bytes(), "images/bf.gif says .gif but is an MP4 video: rename it to end in .mp4"},
		{"images/bf.png", nil, "images/bf.png is empty"},
		{"bf.png", still[:len(still)-5], "bf.png is cut off: copy or export it once more"},
		{"bf.jpg", half[:len(half)/2], "bf.jpg is cut off: copy or export it once more"},
		{"bf.gif", gifOf(4, 4, 3)[:60], "bf.gif is cut off: copy or export it once more"},
		{"bf.png", lost, "bf.png is a broken PNG: export it once more"},
		{"bf.png", []byte("%PDF-1.7"), "bf.png is no picture: it holds a PDF"},
		{"bf.jpg", []byte("\x00\x00\x00\x1cftypheic\x00\x00\x00\x00mif1heic"), "bf.jpg is a HEIC picture, as iPhones take them: save it as JPEG"},
		{"bf.png", []byte("<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>"), "bf.png is an SVG drawing: save it as PNG"},
		{"bf.png", []byte("version https://git-lfs.github.com/spec/v1\noid sha256:0"), "bf.png is only a Git LFS pointer: run git lfs pull"},
		{"bf.png", []byte{1, 2, 0, 200, 201, 202, 203, 204}, "bf.png is no picture: it holds something unknown"},
		{"bf.png", withChunk(still, "acTL", words32(12, 0)), "bf.png is an animated PNG, which the networks don't play: save it as GIF " +
			"and use it alone, as gif:"},
		{"bf.webp", riff("VP8X", "\x02\x00\x00\x00\x07\x00\x00\x07\x00\x00", "ANIM", "\x00\x00\x00\x00\x00\x00"),
			"bf.webp is an animated WebP, which the networks don't play: save it as GIF and use it alone, as gif:"},
		{"bf.gif", gifOf(1300, 8, 2), "bf.gif has 1300×8 pixels; X takes animated GIFs of 1280×1080"},
		{"bf.gif", gifOf(2, 2, 351), "bf.gif has 351 frames; X takes 350"},
	} {
		_, _, _, err := Fit(c.name, c.data, x)
		var p *Problem
		if err == nil || err.Error() != c.want || !errors.As(err, &p) || p.File != c.name {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
	if i, err := Look("bf.png", jpegOf(corners(8, 4))); err == nil || i.Width != 8 || i.Type != typeJPEG {
		t.Errorf("what has a wrong name only isn't described: %+v", i)
	}
}

func TestAs(t *testing.T) {
	picture, moving, video := Info{Name: "a", Kind: Picture}, Info{Name: "a", Kind: GIF}, Info{Name: "a", Kind: Video}
	for _, i := range []Info{picture, moving, video} {
		if err := i.As(i.Kind); err != nil {
			t.Error(err)
		}
	}
	for want, err := range map[string]error{
		"a is animated: use it alone, as gif:":               moving.As(Picture),
		"a is a video: use it alone, as video:":              video.As(GIF),
		"a is a picture that doesn't move: use it as image:": picture.As(Video),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestTogether(t *testing.T) {
	picture, moving, video := Info{Name: "p", Kind: Picture}, Info{Name: "g", Kind: GIF}, Info{Name: "v", Kind: Video}
	for _, c := range []struct {
		rules Rules
		all   []Info
		want  string
	}{
		{x, []Info{picture, picture, picture, picture}, ""},
		{x, []Info{moving}, ""},
		{x, nil, ""},
		{x, []Info{picture, picture, picture, picture, picture}, "p is one picture too many: X takes 4"},
		{weibo, []Info{picture, picture}, "p is one picture too many: Weibo takes 1"},
		{x, []Info{picture, moving}, "g is not the only file, and X wants animated GIFs alone: take out the others"},
		{x, []Info{video, picture}, "v is not the only file, and X wants videos alone: take out the others"},
		{bluesky, []Info{moving}, "g can't be posted on Bluesky, which takes no animated GIFs"},
	} {
		got := ""
		if err := c.rules.Together(c.all); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// bombs are small files that would take much memory, or claim to.
func bombs() map[string][]byte {
	wide := pngOf(corners(8, 8))
	binary.BigEndian.PutUint32(wide[16:], 1<<31-1)
	huge := jpegOf(corners(8, 8))
	at := bytes.Index(huge, []byte{0xff, 0xc0})
	copy(huge[at+5:], "\xff\xff\xff\xff")
	large := gifOf(2, 2, 2)
	copy(large[6:], "\xff\xff\xff\xff")
	return map[string][]byte{
		"wide.png": wide, "huge.jpg": huge, "large.gif": large,
		"simple.webp": []byte("RIFF\x14\x00\x00\x00WEBPVP8L\x08\x00\x00\x00\x2f\xff\xff\xff\x0f\x88\x88\x08"),
		"canvas.webp": riff("VP8X", "\x00\x00\x00\x00\x07\x00\x00\x07\x00\x00", "VP8L", "\x2f\xff\xff\xff\x0f\x88\x88\x08"),
		"boxes.mp4":   append(film{seconds: 1}.bytes(), strings.Repeat(atom("free"), 200_000)...),
	}
}

func TestBombs(t *testing.T) {
	all := bombs()
	all["black.png"] = pngOf(image.NewPaletted(image.Rect(0, 0, 12000, 9000), color.Palette{color.Black}))
	for name, data := range all {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, _, err := Fit(name, data, bluesky)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 8<<20 {
			t.Errorf("%s took %d MB", name, took>>20)
		}
		if err == nil && name != "boxes.mp4" {
			t.Errorf("%s is taken", name)
		}
	}
	want := "black.png is too large to open, with 12000×9000 pixels: make it smaller"
	if _, err := Look("black.png", all["black.png"]); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
