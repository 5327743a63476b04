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

// What is too large for Bluesky is made smaller there.
func TestMediaOnBluesky(t *testing.T) {
	t.Parallel()
	s, k := kit.Bluesky(t, "potter")
	if said, code := s.Login(k.AppPassword, ""); code != 0 {
		t.Fatalf("login: %d: %s", code, said)
	}
	s.FourFiles()
	s.Write("campaigns/p/2.png", kit.AsPNG(kit.Painted(1500, 1500)))
	s.Run()
	s.Showing(kit.At(time.Second), fourImages)
	s.Until("it is out", func() bool { s.Run(); return s.State("show") == "sent" })
	all, err := k.Posts(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	images := all[0].Value["embed"].(map[string]any)["images"].([]any)
	if len(images) != 4 {
		t.Fatalf("there are %d", len(images))
	}
	for i, x := range images {
		if size := x.(map[string]any)["image"].(map[string]any)["size"].(float64); size > 1_000_000 {
			t.Errorf("picture %d has %.0f bytes", i+1, size)
		}
	}
	if ratio := fmt.Sprint(images[0].(map[string]any)["aspectRatio"]); !strings.Contains(ratio, "height:64") ||
		!strings.Contains(ratio, "width:32") {
		t.Errorf("the shape of the turned one is %s", ratio)
	}
}

// An approval is for the files as they lie in the folder.
func TestMediaApproval(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	s.FourFiles()
	s.Showing(kit.At(24*time.Hour), fourImages)
	path := "campaigns/show.yaml"
	s.Write(path, "title: Show\napproval: required\nsteps:\n  show:\n    "+
		"accounts: [shop]\n    at: "+kit.At(24*time.Hour)+"\n    say: show\n"+fourImages)
	s.Once()
	id := s.Read(`SELECT id FROM posts WHERE step = 'show'`)[0]["id"]
	if said := s.Must("--as", "paul", "outbox", "approve", "--yes", id); !kit.Contains(said, "A red pot", "The potter", "4.jpg") {
		t.Errorf("approve shows\n%s", said)
	}
	s.Once()
	if got := s.State("show"); got != "planned" {
		t.Fatalf("it is %s", got)
	}
	s.Write("campaigns/p/4.jpg", kit.AsJPEG(kit.Painted(31, 50)))
	s.Once()
	if got := s.State("show"); got != "held" {
		t.Errorf("after the picture has changed it is %s", got)
	}
}

// With --once from an outside cron, files that a network works on for a while go
// out too.
func TestMediaOnceX(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	s.SignIn()
	s.Write("campaigns/p/5.gif", kit.MovingGIF(3))
	s.Run()
	s.Showing(kit.At(time.Second), "    gif: {file: p/5.gif, alt: It turns}\n")
	s.Until("it is out", func() bool { s.Run(); return s.State("show") == "sent" })
}

func TestMediaOnceMastodon(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{SlowMedia: 1}, "shop")
	s.FourFiles()
	s.Once()
	s.Showing(kit.At(time.Second), "    image: {file: p/1.jpg, alt: A red pot}\n")
	kit.WaitFor(s, "it is out", func() bool { s.Once(); return s.State("show") == "sent" })
}
