package whole_test

import (
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// A bad edit leaves the files before it in force and is said once; a good one
// is in force within seconds.
func TestEditsWhileRunning(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	h := s.listen()
	p := s.start()
	s.until("it listens", func() bool { return s.net.Streams() == 1 })

	s.write("campaigns/now.yaml", "title: Now\nsteps:\n  first: {accounts: [shpo], at: soon, say: first}\n")
	s.until("the web hook is told", func() bool { return len(h.of("bad files")) == 1 })
	if text := h.of("bad files")[0].Text; !contains(text, "campaigns/now.yaml:3:", "shpo", "did you mean", "soon") {
		t.Errorf("it says %q", text)
	}
	m, _ := s.net.Status(s.net.Person("dan").Say("what are your hours?", "shop"))
	s.all(expected{answered: []sandbox.Status{m}}, "shop") // yesterday's files answer
	s.write("campaigns/now.yaml", "title: Now\nsteps:\n  first: {accounts: [shpo], at: later, say: first}\n")
	time.Sleep(time.Second) // in which it may say it again
	if n := len(h.of("bad files")); n != 1 {
		t.Errorf("the web hook was told %d times", n)
	}

	s.due("first")
	saved := time.Now()
	s.until("the good edit is in force", func() bool { return s.state("first") != "" })
	if took := time.Since(saved); took > 5*time.Second {
		t.Errorf("that took %s", took)
	}
	s.all(expected{steps: []string{"first"}, answered: []sandbox.Status{m}}, "shop")

	s.write("templates/hours.en.tmpl", "{{if}}")
	s.until("the next mistake is said", func() bool { return len(h.of("bad files")) == 2 })
	p.stop()
	if n := p.log.says("panic"); n > 0 {
		t.Errorf("%s", &p.log)
	}
}

// A step that leaves the files is withdrawn, and comes back with them.
func TestStepLeavesTheFiles(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	s.once()
	p := s.start()
	s.until("the step is planned", func() bool { return s.state("later") == "planned" })
	without := "title: Later\nsteps:\n  other: {accounts: [shop], at: " + at(24*time.Hour) + ", say: second}\n"
	with, err := os.ReadFile(filepath.Join(s.dir, "campaigns/later.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s.write("campaigns/later.yaml", without)
	s.until("it is withdrawn", func() bool { return s.state("later") == "withdrawn" && s.state("other") == "planned" })
	s.write("campaigns/later.yaml", string(with))
	s.until("it is back", func() bool { return s.state("later") == "planned" && s.state("other") == "withdrawn" })
	if err := os.Remove(filepath.Join(s.dir, "campaigns/later.yaml")); err != nil {
		t.Fatal(err)
	}
	s.until("its campaign is gone", func() bool { return s.state("later") == "withdrawn" })
	p.stop()
}

// An approval holds for the words that were approved, and for no others.
func TestEditVoidsApproval(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	s.write("campaigns/now.yaml", "title: Now\napproval: required\nsteps:\n  "+
		"first: {accounts: [shop], at: "+at(15*time.Second)+", say: first}\n")
	slot := time.Now().Add(15 * time.Second)
	s.once()
	p := s.start()
	s.until("the post waits for approval", func() bool { return s.state("first") == "held" })
	id := s.read(`SELECT id FROM posts WHERE step = 'first'`)[0]["id"]
	s.must("--as", "paul", "outbox", "approve", "--yes", id)
	s.until("it is approved", func() bool { return s.state("first") == "planned" })
	s.write("templates/first.en.tmpl", "A kettle is only a kettle.")
	s.until("the approval is void", func() bool { return s.state("first") == "held" })
	time.Sleep(time.Until(slot) + time.Second) // its time comes and goes
	if n := len(s.timeline("shop")); n != 0 {
		t.Fatalf("words went out that nobody has approved: %v", s.timeline("shop"))
	}
	s.must("--as", "paul", "outbox", "approve", "--yes", id)
	s.all(expected{steps: []string{"first"}}, "shop")
	if text := s.timeline("shop")[0].Text; text != "A kettle is only a kettle." {
		t.Errorf("it went out as %q", text)
	}
	p.stop()
}

// A mention of an account that has left the files harms nobody.
func TestAccountLeavesTheFiles(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop", "club")
	p := s.start()
	s.until("it listens", func() bool { return s.net.Streams() == 2 })
	if err := os.Remove(filepath.Join(s.dir, "accounts/club.yaml")); err != nil {
		t.Fatal(err)
	}
	s.until("the edit is in force", func() bool { return p.log.says("the edited files are in force") == 1 })
	s.net.Person("eve").Say("what are your hours?", "club")
	m, _ := s.net.Status(s.net.Person("dan").Say("what are your hours?", "shop"))
	s.all(expected{answered: []sandbox.Status{m}}, "shop")
	time.Sleep(time.Second)
	p.kill()
	s.once()
	if n := p.log.says("panic") + p.log.says("goroutine") + p.log.says("a job failed"); n > 0 {
		t.Errorf("it said:\n%s", &p.log)
	}
}

// --once does what is due, answers what came in, and ends.
func TestOnce(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	s.once()
	s.due("first")
	m, _ := s.net.Status(s.net.Person("dan").Say("a deal please", "shop"))
	s.until("the post is due", func() bool { s.once(); return s.state("first") == "sent" })
	for range 3 {
		s.once()
	}
	s.check(expected{steps: []string{"first"}, answered: []sandbox.Status{m}, codes: []string{"dan"}}, "shop")
	if got := s.state("later"); got != "planned" {
		t.Errorf("what is not due is %s", got)
	}
}

// A time that has just gone by when the file is saved is not too late yet, as
// the step itself says; what is too late stays unsent.
func TestTimeJustGone(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	s.write("campaigns/early.yaml", "title: Early\nsteps:\n  atstart: {accounts: [shop], at: "+at(-20*time.Second)+", say: third}\n")
	p := s.start()
	s.until("it listens", func() bool { return s.net.Streams() == 1 })
	s.all(expected{steps: []string{"atstart"}}, "shop")
	s.write("campaigns/now.yaml", "title: Now\nsteps:\n  just: {accounts: [shop], at: "+at(-20*time.Second)+", say: first}\n"+
		"  long: {accounts: [shop], at: "+at(-time.Hour)+", say: second}\n")
	s.until("one is out, and it is said that the other is missed", func() bool {
		return s.state("just") == "sent" &&
			s.state("long") == "late"
	})
	p.stop()
	for range 2 {
		s.once()
	}
	if n := len(s.timeline("shop")); n != 2 {
		t.Errorf("%d posts are out, not 2:\n%s", n, s.outbox())
	}
}

// A folder that is swapped, as a deploy does, is watched on; and so are the folders
// within, where pictures lie.
func TestFoldersSwappedWhileRunning(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	s.write("campaigns/sub/here", "")
	p := s.start()
	defer p.stop()
	s.until("it listens", func() bool { return s.net.Streams() == 1 })
	revision := func() string { return s.count(`SELECT max(number) FROM revisions`) }
	edit := func(what string, how func()) {
		before := revision()
		how()
		s.until(what+" is in force", func() bool { return revision() != before })
	}
	templates := filepath.Join(s.dir, "templates")
	rename := func(from, to string) {
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	edit("the folder that was put there", func() {
		if err := os.CopyFS(templates+".new", os.DirFS(templates)); err != nil {
			t.Fatal(err)
		}
		rename(templates, templates+".old")
		rename(templates+".new", templates)
		s.write("templates/hours.en.tmpl", "We open at eight.")
	})
	edit("the first edit in it", func() { s.write("templates/hours.en.tmpl", "We open at nine.") })
	edit("the second", func() { s.write("templates/hours.en.tmpl", "We open at ten.") })
	s.write("campaigns/pictures/of/lamp.png", lampPNG(t, 1))
	edit("a picture", func() {
		s.write("campaigns/lamp.yaml",
			"title: Lamp\nsteps:\n  lamp: {accounts: [shop], at: "+at(24*time.Hour)+", say: first, images: [{file: "+
				"pictures/of/lamp.png, alt: A lamp}]}\n")
	})
	edit("another picture", func() { s.write("campaigns/pictures/of/lamp.png", lampPNG(t, 2)) })
}

// lampPNG is a small picture, another for each shade.
func lampPNG(t *testing.T, shade uint8) string {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 64, 32))
	for i := range m.Pix {
		m.Pix[i] = shade
	}
	var b strings.Builder
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
