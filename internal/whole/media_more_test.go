package whole_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"magpie/internal/network/x/xfake"
	"magpie/internal/sandbox"
)

// What is too large for Bluesky is made smaller there.
func TestMediaOnBluesky(t *testing.T) {
	t.Parallel()
	s, k := bluesky(t, "potter")
	if said, code := s.login(k.AppPassword, ""); code != 0 {
		t.Fatalf("login: %d: %s", code, said)
	}
	s.fourFiles()
	s.write("campaigns/p/2.png", asPNG(painted(1500, 1500)))
	s.run()
	s.showing(at(time.Second), fourImages)
	s.until("it is out", func() bool { s.run(); return s.state("show") == "sent" })
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
	s := open(t, sandbox.Variant{}, "shop")
	s.fourFiles()
	s.showing(at(24*time.Hour), fourImages)
	path := "campaigns/show.yaml"
	s.write(path, "title: Show\napproval: required\nsteps:\n  show:\n    "+
		"accounts: [shop]\n    at: "+at(24*time.Hour)+"\n    say: show\n"+fourImages)
	s.once()
	id := s.read(`SELECT id FROM posts WHERE step = 'show'`)[0]["id"]
	if said := s.must("--as", "paul", "outbox", "approve", "--yes", id); !contains(said, "A red pot", "The potter", "4.jpg") {
		t.Errorf("approve shows\n%s", said)
	}
	s.once()
	if got := s.state("show"); got != "planned" {
		t.Fatalf("it is %s", got)
	}
	s.write("campaigns/p/4.jpg", asJPEG(painted(31, 50)))
	s.once()
	if got := s.state("show"); got != "held" {
		t.Errorf("after the picture has changed it is %s", got)
	}
}

// With --once from an outside cron, files that a network works on for a while go
// out too.
func TestMediaOnceX(t *testing.T) {
	t.Parallel()
	s := onX(t, xfake.Options{})
	s.signIn()
	s.write("campaigns/p/5.gif", movingGIF(3))
	s.run()
	s.showing(at(time.Second), "    gif: {file: p/5.gif, alt: It turns}\n")
	s.until("it is out", func() bool { s.run(); return s.state("show") == "sent" })
}

func TestMediaOnceMastodon(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{SlowMedia: 1}, "shop")
	s.fourFiles()
	s.once()
	s.showing(at(time.Second), "    image: {file: p/1.jpg, alt: A red pot}\n")
	waitFor(s, "it is out", func() bool { s.once(); return s.state("show") == "sent" })
}
