package media_test

import (
	"bytes"
	"magpie/internal/whole/kit"
	"testing"
	"time"

	"magpie/internal/network/x/xfake"
	"magpie/internal/sandbox"
)

const fourImages = "    images:\n      - {file: p/1.jpg, alt: A red pot}\n      - {file: p/2.png, alt: The kiln}\n      - {file: " +
	"p/3.jpg, alt: Clay}\n      - {file: p/4.jpg, alt: The potter}\n"

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
	if bytes.Contains(data, []byte(kit.Owner)) || bytes.Contains(data, []byte("Exif")) {
		t.Error("it says who took it")
	}
}

// Four pictures go out in their order, upright and without a word about who took
// them where; on Mastodon and X.
func TestMediaFourPictures(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{SlowMedia: 1}, "shop")
	s.FourFiles()
	s.Once()
	s.Showing(kit.At(time.Second), fourImages)
	p := s.Start()
	s.Until("it is out", func() bool { return s.State("show") == "sent" })
	p.Stop()
	all := s.Timeline("shop")[0].Media
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
			s := kit.OnX(t, xfake.Options{})
			s.SignIn()
			s.FourFiles()
			s.Write("campaigns/p/5.gif", kit.MovingGIF(3))
			s.Write("campaigns/p/6.mp4", kit.Film(3))
			s.Run()
			s.Showing(kit.At(time.Second), c.files)
			p := s.Command(nil, "run")
			s.Until("it is out", func() bool { return s.State("show") == "sent" })
			p.Stop()
			all := s.Out()[0].Media
			if len(all) != c.n {
				t.Fatalf("there are %d files", len(all))
			}
			if c.n == 4 {
				upright(t, all[0].Data)
			} else if got := string(all[0].Data); got != kit.MovingGIF(3) && got != kit.Film(3) {
				t.Errorf("%s is another: %d bytes", name, len(got))
			}
		})
	}
}
