package posts_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// A bad edit leaves the files before it in force and is said once; a good one
// is in force within seconds.
func TestEditsWhileRunning(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	h := s.Listen()
	p := s.Start()
	s.Until("it listens", func() bool { return s.Net.Streams() == 1 })

	s.Write("campaigns/now.yaml", "title: Now\nsteps:\n  first: {accounts: [shpo], at: soon, say: first}\n")
	s.Until("the web hook is told", func() bool { return len(h.Of("bad files")) == 1 })
	if text := h.Of("bad files")[0].Text; !kit.Contains(text, "campaigns/now.yaml:3:", "shpo", "did you mean", "soon") {
		t.Errorf("it says %q", text)
	}
	m, _ := s.Net.Status(s.Net.Person("dan").Say("what are your hours?", "shop"))
	s.All(kit.Expected{Answered: []sandbox.Status{m}}, "shop") // yesterday's files answer
	s.Write("campaigns/now.yaml", "title: Now\nsteps:\n  first: {accounts: [shpo], at: later, say: first}\n")
	kit.Span(time.Second) // in which it may say it again
	if n := len(h.Of("bad files")); n != 1 {
		t.Errorf("the web hook was told %d times", n)
	}

	s.Due("first")
	saved := time.Now()
	s.Until("the good edit is in force", func() bool { return s.State("first") != "" })
	if took := time.Since(saved); took > 12*time.Second {
		t.Errorf("that took %s", took)
	}
	s.All(kit.Expected{Steps: []string{"first"}, Answered: []sandbox.Status{m}}, "shop")

	s.Write("templates/hours.en.tmpl", "{{if}}")
	s.Until("the next mistake is said", func() bool { return len(h.Of("bad files")) == 2 })
	p.Stop()
	if n := p.Log.Says("panic"); n > 0 {
		t.Errorf("%s", &p.Log)
	}
}

// A step that leaves the files is withdrawn, and comes back with them.
func TestStepLeavesTheFiles(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	s.Once()
	p := s.Start()
	s.Until("the step is planned", func() bool { return s.State("later") == "planned" })
	without := "title: Later\nsteps:\n  other: {accounts: [shop], at: " + kit.At(24*time.Hour) + ", say: second}\n"
	with, err := os.ReadFile(filepath.Join(s.Dir, "campaigns/later.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s.Write("campaigns/later.yaml", without)
	s.Until("it is withdrawn", func() bool { return s.State("later") == "withdrawn" && s.State("other") == "planned" })
	s.Write("campaigns/later.yaml", string(with))
	s.Until("it is back", func() bool { return s.State("later") == "planned" && s.State("other") == "withdrawn" })
	if err := os.Remove(filepath.Join(s.Dir, "campaigns/later.yaml")); err != nil {
		t.Fatal(err)
	}
	s.Until("its campaign is gone", func() bool { return s.State("later") == "withdrawn" })
	p.Stop()
}

// An approval holds for the words that were approved, and for no others.
func TestEditVoidsApproval(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	s.Write("campaigns/now.yaml", "title: Now\napproval: required\nsteps:\n  "+
		"first: {accounts: [shop], at: "+kit.At(15*time.Second)+", say: first}\n")
	slot := time.Now().Add(15 * time.Second)
	s.Once()
	p := s.Start()
	s.Until("the post waits for approval", func() bool { return s.State("first") == "held" })
	id := s.Read(`SELECT id FROM posts WHERE step = 'first'`)[0]["id"]
	s.Must("--as", "paul", "outbox", "approve", "--yes", id)
	s.Until("it is approved", func() bool { return s.State("first") == "planned" })
	s.Write("templates/first.en.tmpl", "A kettle is only a kettle.")
	s.Until("the approval is void", func() bool { return s.State("first") == "held" })
	kit.Span(time.Until(slot) + time.Second) // its time comes and goes
	if n := len(s.Timeline("shop")); n != 0 {
		t.Fatalf("words went out that nobody has approved: %v", s.Timeline("shop"))
	}
	s.Must("--as", "paul", "outbox", "approve", "--yes", id)
	s.All(kit.Expected{Steps: []string{"first"}}, "shop")
	if text := s.Timeline("shop")[0].Text; text != "A kettle is only a kettle." {
		t.Errorf("it went out as %q", text)
	}
	p.Stop()
}

// A mention of an account that has left the files harms nobody.
func TestAccountLeavesTheFiles(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop", "club")
	p := s.Start()
	s.Until("it listens", func() bool { return s.Net.Streams() == 2 })
	if err := os.Remove(filepath.Join(s.Dir, "accounts/club.yaml")); err != nil {
		t.Fatal(err)
	}
	s.Until("the edit is in force", func() bool { return p.Log.Says("the edited files are in force") == 1 })
	s.Net.Person("eve").Say("what are your hours?", "club")
	m, _ := s.Net.Status(s.Net.Person("dan").Say("what are your hours?", "shop"))
	s.All(kit.Expected{Answered: []sandbox.Status{m}}, "shop")
	kit.Span(time.Second)
	p.Kill()
	s.Once()
	if n := p.Log.Says("panic") + p.Log.Says("goroutine") + p.Log.Says("a job failed"); n > 0 {
		t.Errorf("it said:\n%s", &p.Log)
	}
}

// --once does what is due, answers what came in, and ends.
func TestOnce(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	s.Once()
	s.Due("first")
	m, _ := s.Net.Status(s.Net.Person("dan").Say("a deal please", "shop"))
	s.Until("the post is due", func() bool { s.Once(); return s.State("first") == "sent" })
	for range 3 {
		s.Once()
	}
	s.Check(kit.Expected{Steps: []string{"first"}, Answered: []sandbox.Status{m}, Codes: []string{"dan"}}, "shop")
	if got := s.State("later"); got != "planned" {
		t.Errorf("what is not due is %s", got)
	}
}

// A time that has just gone by when the file is saved is not too late yet, as
// the step itself says; what is too late stays unsent.
func TestTimeJustGone(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	s.Write("campaigns/early.yaml", "title: Early\nsteps:\n  atstart: {accounts: [shop], at: "+kit.At(-20*time.Second)+", say: third}\n")
	p := s.Start()
	s.Until("it listens", func() bool { return s.Net.Streams() == 1 })
	s.All(kit.Expected{Steps: []string{"atstart"}}, "shop")
	s.Write("campaigns/now.yaml", "title: Now\nsteps:\n  just: {accounts: [shop], at: "+kit.At(-20*time.Second)+", say: first}\n"+
		"  long: {accounts: [shop], at: "+kit.At(-time.Hour)+", say: second}\n")
	s.Until("one is out, and it is said that the other is missed", func() bool {
		return s.State("just") == "sent" &&
			s.State("long") == "late"
	})
	p.Stop()
	for range 2 {
		s.Once()
	}
	if n := len(s.Timeline("shop")); n != 2 {
		t.Errorf("%d posts are out, not 2:\n%s", n, s.Outbox())
	}
}

// A folder that is swapped, as a deploy does, is watched on; and so are the folders
// within, where pictures lie.
func TestFoldersSwappedWhileRunning(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	s.Write("campaigns/sub/here", "")
	p := s.Start()
	defer p.Stop()
	s.Until("it listens", func() bool { return s.Net.Streams() == 1 })
	revision := func() string { return s.Count(`SELECT max(number) FROM revisions`) }
	edit := func(what string, how func()) {
		before := revision()
		how()
		s.Until(what+" is in force", func() bool { return revision() != before })
	}
	templates := filepath.Join(s.Dir, "templates")
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
		s.Write("templates/hours.en.tmpl", "We open at eight.")
	})
	edit("the first edit in it", func() { s.Write("templates/hours.en.tmpl", "We open at nine.") })
	edit("the second", func() { s.Write("templates/hours.en.tmpl", "We open at ten.") })
	s.Write("campaigns/pictures/of/lamp.png", kit.LampPNG(t, 1))
	edit("a picture", func() {
		s.Write("campaigns/lamp.yaml",
			"title: Lamp\nsteps:\n  lamp: {accounts: [shop], at: "+kit.At(24*time.Hour)+", say: first, images: [{file: "+
				"pictures/of/lamp.png, alt: A lamp}]}\n")
	})
	edit("another picture", func() { s.Write("campaigns/pictures/of/lamp.png", kit.LampPNG(t, 2)) })
}
