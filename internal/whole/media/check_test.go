package media_test

import (
	"fmt"
	"magpie/internal/whole/kit"
	"strings"
	"testing"
	"time"

	"magpie/internal/network/x/xfake"
	"magpie/internal/sandbox"
)

const onlyX = "network: x\nabout: shop\nlanguage: en\ntimezone: UTC\ncredentials: stored\n"

const onlySky = "network: bluesky\nhandle: shop.example\nabout: shop\nlanguage: en\ntimezone: UTC\ncredentials: stored\n"

// What check says of files, with file, line and column: the line is that of the
// first file of the step, or of one behind it.
func TestMediaMistakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		account, files string
		line           int
		words          []string
	}{
		"no alt":          {"", "    image: {file: p/5.jpg, alt: \" \"}\n", 7, []string{"alternative text"}},
		"no file":         {"", "    image: {file: p/none.jpg, alt: A}\n", 7, []string{"no file campaigns/p/none.jpg"}},
		"outside":         {"", "    image: {file: ../accounts/shop.yaml, alt: A}\n", 7, []string{"outside"}},
		"wrong name":      {"", "    image: {file: p/named.png, alt: A}\n", 7, []string{"p/named.png", "says .png but is a JPEG", "rename"}},
		"cut":             {"", "    image: {file: p/cut.jpg, alt: A}\n", 7, []string{"p/cut.jpg is cut off"}},
		"broken":          {"", "    image: {file: p/broken.png, alt: A}\n", 7, []string{"shop: ", "p/broken.png is a broken PNG"}},
		"text":            {"", "    image: {file: p/note.png, alt: A}\n", 7, []string{"p/note.png is no picture"}},
		"animated":        {"", "    image: {file: p/move.gif, alt: A}\n", 7, []string{"p/move.gif is animated", "gif:"}},
		"still":           {"", "    gif: {file: p/still.gif, alt: A}\n", 7, []string{"p/still.gif", "doesn't move", "image:"}},
		"film as picture": {"", "    image: {file: p/film.mp4, alt: A}\n", 7, []string{"p/film.mp4 is a video", "video:"}},
		"five": {"", fourImages + "      - {file: p/5.jpg, alt: A}\n", 12,
			[]string{"shop: ", "p/5.jpg is one picture too many", "4"}},
		"picture and video": {"", "    image: {file: p/5.jpg, alt: A}\n    video: {file: p/film.mp4, alt: B}\n", 8,
			[]string{"shop: ", "p/film.mp4 is not the only file", "take out"}},
		"gif on bluesky":   {onlySky, "    gif: {file: p/move.gif, alt: A}\n", 7, []string{"shop: ", "p/move.gif", "Bluesky"}},
		"video on bluesky": {onlySky, "    video: {file: p/film.mp4, alt: A}\n", 7, []string{"shop: ", "p/film.mp4", "Bluesky"}},
		"long video on x":  {onlyX, "    video: {file: p/long.mp4, alt: A}\n", 7, []string{"shop: ", "p/long.mp4 lasts 3m20s", "X takes 2m20s"}},
		"gif on weibo": {"network: weibo\nabout: shop\nlanguage: en\ntimezone: UTC\ncredentials: stored\n" + kit.Allowed + "\n",
			fourImages, 9, []string{"shop: ", "one picture too many", "Weibo takes 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.Open(t, sandbox.Variant{}, "shop")
			s.Gallery()
			if c.account != "" {
				s.Write("accounts/shop.yaml", c.account)
			}
			s.Showing("2030-01-01 10:00", c.files)
			said, code := s.Magpie("check")
			if code != 1 || !kit.Contains(said, append(c.words, fmt.Sprintf("campaigns/show.yaml:%d:", c.line))...) {
				t.Errorf("exit %d: %s", code, said)
			}
		})
	}
}

// Several mistakes are said at once, each at its own place.
func TestMediaMistakesTogether(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop", "club")
	s.Gallery()
	s.Write("accounts/club.yaml", onlySky)
	s.Write("templates/show2.en.tmpl", "Members see what the kiln has spared this week.")
	s.Showing("2030-01-01 10:00", "    image: {file: p/cut.jpg, alt: A}\n    video: {file: p/none.mp4, alt: B}\n"+
		"  clip:\n    accounts: [shop, club]\n    at: 2030-01-01 11:00\n    say: {shop: first, club: show2}\n    video: "+
		"{file: p/film.mp4, alt: B}\n")
	said, code := s.Magpie("check")
	if code != 1 || !kit.Contains(said, "campaigns/show.yaml:7:", "cut off", "campaigns/show.yaml:8:", "no file campaigns/p/none.mp4",
		"campaigns/show.yaml:13:", "club: ") || strings.Contains(said, "shop: ") {
		t.Errorf("exit %d: %s", code, said)
	}
}

// A thousand campaigns that share ten pictures are checked quickly.
func TestMediaManyCampaigns(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	for i := range 10 {
		s.Write(fmt.Sprintf("campaigns/p/%d.jpg", i), kit.AsJPEG(kit.Painted(1200+i, 800)))
	}
	for i := range 1000 {
		s.Write(fmt.Sprintf("templates/many-%d.en.tmpl", i), kit.Phrase(fmt.Sprint("many", i)))
		s.Write(fmt.Sprintf("campaigns/many-%d.yaml", i), fmt.Sprintf("title: Many\nsteps:\n  many: {accounts: [shop], at: 2030-01-01 "+
			"10:00, say: many-%d, image: {file: p/%d.jpg, alt: A pot}}\n", i, i%10))
	}
	began := time.Now()
	s.Must("check")
	took := time.Since(began)
	t.Logf("1,000 campaigns with ten pictures of 1200×800: %s", took.Round(time.Millisecond))
	if took > 10*time.Second {
		t.Errorf("that took %s", took)
	}
}

// A video and a picture on X never mix, in the real send neither.
func TestMediaCheckIsWhatRuns(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	s.SignIn()
	s.Gallery()
	s.Run()
	s.Showing(kit.At(time.Second), "    image: {file: p/5.jpg, alt: A}\n    gif: {file: p/move.gif, alt: B}\n")
	if said, code := s.Magpie("run", "--once"); code != 1 || !kit.Contains(said, "p/move.gif") || len(s.Out()) > 0 {
		t.Errorf("exit %d: %s", code, said)
	}
}
