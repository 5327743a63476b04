package whole_test

import (
	"bytes"
	"testing"
	"time"

	"magpie/internal/network/x/xfake"
	"magpie/internal/sandbox"
)

const fourImages = "    images:\n      - {file: p/1.jpg, alt: A red pot}\n      - {file: p/2.png, alt: The kiln}\n      - {file: " +
	"p/3.jpg, alt: Clay}\n      - {file: p/4.jpg, alt: The potter}\n"

// fourFiles are a turned photo and others.
func (s *shop) fourFiles() {
	s.write("campaigns/p/1.jpg", turnedPhoto(painted(64, 32)))
	s.write("campaigns/p/2.png", asPNG(painted(40, 40)))
	s.write("campaigns/p/3.jpg", asJPEG(painted(50, 30)))
	s.write("campaigns/p/4.jpg", asJPEG(painted(30, 50)))
}

// upright checks the turned photo as a network has it: red was above and is
// right, and nobody is named.
func upright(t *testing.T, data []byte) {
	t.Helper()
	m := seen(t, data)
	if m.Bounds().Dx() != 32 || m.Bounds().Dy() != 64 {
		t.Fatalf("it is %v", m.Bounds())
	}
	if r, g, _, _ := m.At(28, 32).RGBA(); r < 0xc000 || g > 0x4000 {
		t.Errorf("it is not upright: %v", m.At(28, 32))
	}
	if bytes.Contains(data, []byte(owner)) || bytes.Contains(data, []byte("Exif")) {
		t.Error("it says who took it")
	}
}

// Four pictures go out in their order, upright and without a word about who took
// them where; on Mastodon and X.
func TestMediaFourPictures(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{SlowMedia: 1}, "shop")
	s.fourFiles()
	s.once()
	s.showing(at(time.Second), fourImages)
	p := s.start()
	s.until("it is out", func() bool { return s.state("show") == "sent" })
	p.stop()
	all := s.timeline("shop")[0].Media
	if len(all) != 4 || all[0].Alt+all[3].Alt != "A red potThe potter" {
		t.Fatalf("there are %d pictures", len(all))
	}
	upright(t, all[0].Data)
}

func TestMediaOnX(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files string
		n     int
	}{"pictures": {fourImages, 4}, "gif": {"    gif: {file: p/5.gif, alt: It turns}\n", 1},
		"video": {"    video: {file: p/6.mp4, alt: It turns}\n", 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := onX(t, xfake.Options{})
			s.signIn()
			s.fourFiles()
			s.write("campaigns/p/5.gif", movingGIF(3))
			s.write("campaigns/p/6.mp4", film(3))
			s.run()
			s.showing(at(time.Second), c.files)
			p := s.command(nil, "run")
			s.until("it is out", func() bool { return s.state("show") == "sent" })
			p.stop()
			all := s.out()[0].Media
			if len(all) != c.n {
				t.Fatalf("there are %d files", len(all))
			}
			if c.n == 4 {
				upright(t, all[0].Data)
			} else if got := string(all[0].Data); got != movingGIF(3) && got != film(3) {
				t.Errorf("%s is another: %d bytes", name, len(got))
			}
		})
	}
}
