package media

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"
)

// atom is a box around what is given.
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

// film is a video of 1920×1080, turned by a quarter or not.
type film struct {
	brand   string
	seconds uint32
	turned  bool
	extra   string // in moov
	long    bool   // boxes of version 1, with 64-bit times
	sound   bool   // nothing else
}

func (f film) bytes() []byte {
	mvhd := words32(0, 0, 0, 1000, f.seconds*1000)
	head := words32(7, 0, 0, 1, 0, f.seconds*1000)
	if f.long {
		mvhd = words32(1<<24, 0, 0, 0, 0, 1000, 0, f.seconds*1000)
		head = words32(1<<24|7, 0, 0, 0, 0, 1, 0, 0, f.seconds*1000)
	}
	matrix := words32(1<<16, 0, 0, 0, 1<<16, 0, 0, 0, 1<<30)
	if f.turned {
		matrix = words32(0, 1<<16, 0, 0xffff0000, 0, 0, 1080<<16, 0, 1<<30)
	}
	tkhd := head + words32(0, 0, 0, 0) + matrix + words32(1920<<16, 1080<<16)
	handler := words32(0, 0) + "vide" + words32(0, 0, 0)
	sound := atom("trak", atom("tkhd", words32(7, 0, 0, 2, 0, 9)+strings.Repeat("\x00", 60)),
		atom("mdia", atom("hdlr", words32(0, 0)+"soun"+words32(0, 0, 0))))
	picture := atom("trak", atom("tkhd", tkhd), atom("mdia", atom("hdlr", handler)))
	if f.sound {
		picture = ""
	}
	if f.brand == "" {
		f.brand = "isom"
	}
	return []byte(atom("ftyp", f.brand, words32(512), "isommp42") + atom("free") + atom("mdat", strings.Repeat("film", 200)) +
		atom("moov", atom("mvhd", mvhd+strings.Repeat("\x00", 80)), sound, picture, f.extra))
}

func TestVideo(t *testing.T) {
	for name, c := range map[string]struct {
		film film
		w, h int
	}{
		"ordinary":          {film{seconds: 30}, 1920, 1080},
		"held upright":      {film{seconds: 30, turned: true}, 1080, 1920},
		"with longer times": {film{seconds: 30, long: true}, 1920, 1080},
	} {
		t.Run(name, func(t *testing.T) {
			i, err := Look("a.mp4", c.film.bytes())
			if err != nil || i.Kind != Video || i.Type != typeMP4 || i.Width != c.w || i.Height != c.h || i.Duration != 30*time.Second ||
				i.Notes != nil {
				t.Fatal(i, err)
			}
			out, mime, _, err := Fit("a.mp4", c.film.bytes(), x)
			if err != nil || mime != typeMP4 || !bytes.Equal(out, c.film.bytes()) {
				t.Fatal(mime, err)
			}
		})
	}
}

func TestFragments(t *testing.T) {
	i, err := Look("a.mp4", film{extra: atom("mvex", atom("mehd", words32(0, 12_500)))}.bytes())
	if err != nil || i.Duration != 12500*time.Millisecond {
		t.Fatal(i, err)
	}
}

func TestVideoSaysWhere(t *testing.T) {
	for _, extra := range []string{
		atom("udta", atom("\xa9xyz", "\x00\x12\x15\xc7+51.5074-000.1278/")),
		atom("meta", "com.apple.quicktime.location.ISO6709"),
	} {
		i, err := Look("a.mp4", film{seconds: 1, extra: extra}.bytes())
		if err != nil || len(i.Notes) != 1 || !strings.Contains(i.Notes[0], "where it was filmed") {
			t.Fatal(i, err)
		}
	}
}

func TestBadVideo(t *testing.T) {
	good := film{seconds: 30}.bytes()
	for want, data := range map[string][]byte{
		"a.mp4 is cut off: copy or export it once more":                             good[:len(good)-1],
		"a.mp4 does not say how long it is: export it once more as an ordinary MP4": film{}.bytes(),
		"a.mp4 has no pictures, only sound":                                         film{seconds: 30, sound: true}.bytes(),
		"a.mp4 says .mp4 but is a QuickTime video: rename it to end in .mov":        film{brand: "qt  ", seconds: 30}.bytes(),
		"a.mp4 is a HEIC picture, as iPhones take them: save it as JPEG":            film{brand: "heic"}.bytes(),
		"a.mp4 is a WebM or Matroska video: save it as MP4":                         []byte("\x1a\x45\xdf\xa3 and so on"),
		"a.mp4 is no video: it holds text":                                          []byte("film to come"),
		"a.mp4 lasts 2m21s; X takes 2m20s":                                          film{seconds: 141}.bytes(),
	} {
		if _, _, _, err := Fit("a.mp4", data, x); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	for n := range good {
		if _, err := Look("a.mp4", good[:n]); err == nil {
			t.Errorf("%d of %d bytes are a video", n, len(good))
		}
	}
	if _, _, _, err := Fit("a.mov", film{brand: "qt  ", seconds: 3}.bytes(), bluesky); err == nil ||
		err.Error() != "a.mov is a QuickTime video, which Bluesky doesn't take" {
		t.Error(err)
	}
	if _, _, _, err := Fit("a.mp4", good, weibo); err == nil || err.Error() != "a.mp4 can't be posted on Weibo, which takes no videos" {
		t.Error(err)
	}
}
