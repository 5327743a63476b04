package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/site"
	"magpie/internal/store"
)

// out publishes what the database does not know of, as the program would have.
func (w *world) out(account string, to *network.Person, ref network.Ref, text string) {
	w.Helper()
	ctx, c := context.Background(), w.net.Client(account)
	s, err := c.Prepare(ctx, network.Draft{Key: "lost/" + text, Text: text, Direct: to != nil, To: to, ReplyTo: ref, At: w.now})
	w.must(err)
	_, err = c.Publish(ctx, s)
	w.must(err)
}

// lost says that nothing is known since an instant, as after a restore, and
// begins anew.
func (w *world) lost(since time.Time) {
	w.Helper()
	ctx := context.Background()
	w.must(w.DB.Adopt(ctx, since))
	w.must(w.Restorer.Home(ctx))
}

// matched lets it find out what went out.
func (w *world) matched() {
	w.Helper()
	done, err := w.Restorer.MatchAll(context.Background())
	w.must(err)
	if !done {
		w.Fatal("it is not matched")
	}
}

// blind is a client that can't read something.
type blind struct {
	network.Client
	what string
	left int
}

var errBlind = network.Fail(network.Busy, "not now")

func (b *blind) fails(what string) bool {
	if b.what != what || b.left == 0 {
		return false
	}
	b.left--
	return true
}

func (b *blind) Posts(ctx context.Context, since time.Time) ([]network.Posted, error) {
	if b.fails("posts") {
		return nil, errBlind
	}
	return b.Client.Posts(ctx, since)
}

func (b *blind) Events(ctx context.Context, cursor string) ([]network.Event, string, error) {
	if b.fails("events") {
		return nil, cursor, errBlind
	}
	return b.Client.Events(ctx, cursor)
}

func (b *blind) Answered(ctx context.Context, m network.Ref, ours func(string) bool) (bool, error) {
	if b.fails("answered") {
		return false, errBlind
	}
	return b.Client.Answered(ctx, m, ours)
}

// Whatever can't be read, nothing goes out until it can.
func TestRestoredBlind(t *testing.T) {
	for _, what := range []string{"posts", "events", "answered"} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t, "2027-11-26 09:30", nil)
			since := w.now
			w.now = at(t, "2027-11-26 09:50")
			m := w.net.Mention("outlet", ann, "when are you open?")
			w.out("outlet", nil, m.Ref, "We are there from nine to six.")
			w.now = at(t, "2027-11-26 10:01")
			w.lost(since)
			x := w.Accounts.Of("outlet")
			sees, _ := x.Client.Get()
			x.Client.Set(&blind{sees, what, 2}, nil)
			for range 2 {
				if done, err := w.Restorer.MatchAll(context.Background()); done || err == nil {
					t.Fatalf("done %v, %v", done, err)
				}
				w.must(w.Step(context.Background()))
				if _, err := w.Acts.Halt(context.Background(), "all", "", "", "mia", false); !errors.Is(err, site.ErrUnmatched) {
					t.Errorf("resume all: %v", err)
				}
			}
			if n := len(w.texts("outlet")); n != 1 {
				t.Fatalf("something went out: %q", w.texts("outlet"))
			}
			w.matched()
			w.must(w.Step(context.Background()))
			if got := w.texts("outlet"); len(got) != 2 || !strings.Contains(got[1], "Tomorrow at nine") {
				t.Errorf("got %q", got)
			}
			w.is("tease", outbox.Sent)
		})
	}
}

// An account that is signed out can't be matched: a person is told.
func TestRestoredSignedOut(t *testing.T) {
	w := newWorld(t, "2027-11-26 09:30", nil)
	w.lost(w.now.Add(-time.Hour))
	x := w.Accounts.Of("home")
	x.Client.Set(nil, network.Fail(network.SignedOut, "the token is not accepted"))
	if done, err := w.Restorer.MatchAll(context.Background()); done || err == nil {
		t.Fatalf("done %v, %v", done, err)
	}
	if n := w.needs(); !slices.Contains(n, "signed out") && !slices.Contains(n, "restored") {
		t.Errorf("everything stands still, and a person is told %v", n)
	}
}

// A code that was given back in the lost hour and then told to somebody else is
// not told to its first owner too.
func TestRestoredCodeChangedHands(t *testing.T) {
	w := newWorld(t, "2027-11-26 10:50", nil)
	w.fans(1, nil)
	w.now = at(t, "2027-11-26 11:00")
	due, err := w.Agenda.Expandable(context.Background(), w.now)
	w.must(err)
	for _, p := range due {
		w.must(w.Agenda.Expand(context.Background(), p.ID))
	}
	letter := w.posts(`kind = 'direct'`)[0]
	since := w.now
	w.now = at(t, "2027-11-26 11:05")
	bob := network.Person{ID: "bob", Handle: "bob@s.example", Name: "Bob"}
	m := w.net.Mention("outlet", bob, "a deal please")
	w.out("outlet", &bob, m.Ref, "Here you are, Bob: "+letter.Code)
	w.now = at(t, "2027-11-26 11:10")
	w.lost(since)
	w.matched()
	w.must(w.Step(context.Background()))
	told := 0
	for _, text := range w.texts("outlet") {
		told += strings.Count(text, letter.Code)
	}
	if told != 1 {
		t.Errorf("the code is told %d times: %q", told, w.texts("outlet"))
	}
}

// With two codes for each person, those who have had the mailing take no other
// code when it is expanded to the end.
func TestRestoredTakesNoSecondCode(t *testing.T) {
	w := newWorld(t, "2027-11-26 10:50", map[string]string{"campaigns/offers.yaml": strings.Replace(files["campaigns/offers.yaml"],
		"per_person: 1", "per_person: 2", 1)})
	w.fans(3, nil)
	since := w.now
	w.now = at(t, "2027-11-26 11:00")
	for _, f := range []struct{ id, handle, name, code string }{{"id0", "fan0@s.example", "Fan 0", "AAAA-BBBB-2222"},
		{"id1", "fan1@s.example", "Fan 1", "AAAA-BBBB-3333"}} {
		w.out("outlet", &network.Person{ID: f.id, Handle: f.handle, Name: f.name}, "",
			"Dear "+f.name+", your code is "+f.code+", good until Nov 29, 11:00.")
	}
	w.now = at(t, "2027-11-26 11:03")
	w.lost(since)
	w.matched()
	for range 3 {
		w.must(w.Step(context.Background()))
	}
	if n := len(w.texts("outlet")); n != 3 {
		t.Errorf("%d letters are out, not 3: %q", n, w.texts("outlet"))
	}
	var reserved, delivered int
	w.must(w.DB.Read.QueryRow(`SELECT count(CASE WHEN state = 'reserved' THEN 1 END), count(CASE WHEN state = 'delivered' THEN 1 END)
		FROM coupons`).Scan(&reserved, &delivered))
	if reserved != 0 || delivered != 3 {
		t.Errorf("%d codes are reserved for ever, %d are delivered, not 3", reserved, delivered)
	}
}

// Matched twice, or cut off in the middle, it is the same.
func TestRestoredTwiceTheSame(t *testing.T) {
	w := newWorld(t, "2027-11-26 10:50", nil)
	w.fans(2, nil)
	since := w.now
	w.now = at(t, "2027-11-26 11:00")
	fan := network.Person{ID: "id0", Handle: "fan0@s.example", Name: "Fan 0"}
	w.out("outlet", &fan, "", "Dear Fan 0, your code is AAAA-BBBB-2222, good until Nov 29, 11:00.")
	m := w.net.Mention("outlet", ann, "when are you open?")
	w.out("outlet", nil, m.Ref, "We are there from nine to six.")
	w.now = at(t, "2027-11-26 11:03")
	w.lost(since)
	ctx, x := context.Background(), w.Accounts.Of("outlet")
	for range 3 {
		w.must(w.Restorer.MatchAccount(ctx, w.Set().Accounts["outlet"], x, since.Add(-10*time.Minute)))
	}
	w.matched()
	w.lost(since) // and once more from the start
	w.matched()
	w.must(w.Step(ctx))
	if n := len(w.texts("outlet")); n != 3 {
		t.Errorf("%d posts are out, not 3: %q", n, w.texts("outlet"))
	}
	var codes int
	w.must(w.DB.Read.QueryRow(`SELECT count(*) FROM coupons WHERE state <> 'free'`).Scan(&codes))
	if codes != 2 {
		t.Errorf("%d codes are given, not 2", codes)
	}
	if mark, err := w.DB.Mark(ctx, store.Matched+"outlet"); mark != "" || err != nil {
		t.Errorf("a mark is left: %q, %v", mark, err)
	}
}

// A network that knows for certain sends what is not out, though somebody has
// posted by hand meanwhile.
func TestRestoredExactly(t *testing.T) {
	w := newWorld(t, "2027-11-26 09:30", map[string]string{"accounts/outlet.yaml": "network: bluesky\nhandle: outlet.example\nabout: " +
		"x\nlanguage: en\ntimezone: America/Chicago\ncredentials: env:NONE\n"})
	since := w.now
	w.now = at(t, "2027-11-26 10:05")
	w.out("outlet", nil, "", "Look who came by today!")
	w.lost(since)
	w.matched()
	w.must(w.Step(context.Background()))
	w.is("tease", outbox.Sent)
}

// Two people asked the same; one answer is out, the other is not: whose is
// whose is told by what they answer, not by the words.
func TestRestoredAnswersApart(t *testing.T) {
	for _, first := range []bool{true, false} { // has the answer
		w := newWorld(t, "2027-11-26 09:30", nil)
		bob := network.Person{ID: "bob", Handle: "bob@s.example", Name: "Bob"}
		a, b := w.net.Mention("outlet", ann, "when are you open?"), w.net.Mention("outlet", bob, "when are you open?")
		ctx, x := context.Background(), w.Accounts.Of("outlet")
		w.must(w.Listener.Poll(ctx, w.Set().Accounts["outlet"], x.Client))
		for _, m := range []network.Mention{a, b} {
			w.must(w.Replier.Decide(ctx, w.mention(m).ID)) // written down, and not out
		}
		since := w.now
		w.now = at(t, "2027-11-26 09:35")
		ref := b.Ref
		if first {
			ref = a.Ref
		}
		w.out("outlet", nil, ref, "We are there from nine to six.")
		w.lost(since)
		w.matched()
		w.must(w.Step(ctx))
		answers := map[network.Ref]int{}
		for _, p := range w.net.Posts("outlet") {
			answers[p.ReplyTo]++
		}
		if answers[a.Ref] != 1 || answers[b.Ref] != 1 {
			t.Errorf("answers: %v, and should be one each of %s and %s", answers, a.Ref, b.Ref)
		}
	}
}

// TestRestoredOtherVariant: a post that went out with another variant than this database
// would give it is found too, and nothing goes out for it again.
func TestRestoredOtherVariant(t *testing.T) {
	texts := map[string]string{"templates/tip.en.tmpl": "Tip one: measure before you buy."}
	for _, v := range []string{"b", "c", "d"} {
		texts["templates/tip.en."+v+".tmpl"] = "Tip " + v + ": read what stands on the box, not what stands on the shelf."
	}
	w := newWorld(t, "2027-11-26 08:30", texts)
	p := w.posts(`step = 'tip' AND state = 'planned' ORDER BY slot_at LIMIT 1`)[0]
	c, err := w.Composer.Preview(t.Context(), p, p.SlotAt)
	w.must(err)
	other := "Tip b: read what stands on the box, not what stands on the shelf."
	if c.Draft.Text == other {
		other = "Tip c: read what stands on the box, not what stands on the shelf."
	}
	w.now = p.SlotAt.Add(2 * time.Minute)
	w.out("outlet", nil, "", other)
	w.now = p.SlotAt.Add(5 * time.Minute)
	w.lost(p.SlotAt.Add(-30 * time.Minute))
	w.matched()
	w.must(w.Step(t.Context()))
	if got := w.texts("outlet"); !slices.Contains(got, other) || slices.ContainsFunc(got, func(s string) bool {
		return strings.HasPrefix(s,
			"Tip") && s != other
	}) {
		t.Errorf("out are %q", got)
	}
	if got := w.posts(`id = $1`, p.ID)[0]; got.State != outbox.Sent {
		t.Errorf("it is %s (%s), though it is out", got.State, got.Reason)
	}
}

// What the network shows is the occurrence that was due last by then: one before it that
// never went out must not be taken for it, or it would go out twice.
func TestRestoredAfterOneThatWasMissed(t *testing.T) {
	const tip = "A clean fan keeps a computer quiet."
	w := newWorld(t, "2027-11-24 09:30", nil)
	since := w.now
	w.now = at(t, "2027-11-26 09:00") // nothing ran on the 25th
	w.out("outlet", nil, "", tip)
	w.now = at(t, "2027-11-26 09:06")
	w.lost(since)
	w.matched()
	w.must(w.Step(t.Context()))
	n := 0
	for _, text := range w.texts("outlet") {
		if text == tip {
			n++
		}
	}
	if n != 1 {
		t.Errorf("it is out %d times: %q", n, w.texts("outlet"))
	}
	for _, p := range w.posts(`step = 'tip' AND slot_at < $1 ORDER BY slot_at`, w.now.UnixMilli()) {
		if out := p.SlotAt.Equal(at(t, "2027-11-26 09:00")); out != (p.State == outbox.Sent) {
			t.Errorf("that of %s is %s", p.SlotAt, p.State)
		}
	}
}

// While older files were in force, the network showed a post that nothing explained, and a person was asked about
// each that was due then. When the files come that explain it, those go out that are not out: nobody need look.
func TestRestoredExplainedByLaterFiles(t *testing.T) {
	w := newWorld(t, "2027-11-26 09:50", nil)
	since := w.now
	w.now = at(t, "2027-11-26 10:01")
	w.out("outlet", nil, "", "What the lost files said.")
	w.now = at(t, "2027-11-26 10:02")
	w.lost(since)
	w.matched()
	w.is("tease", outbox.Asked)
	w.edit(map[string]string{"templates/word.en.tmpl": "What the lost files said.",
		"campaigns/word.yaml": "title: Word\nsteps:\n  word: {accounts: [outlet], at: 2027-11-26 10:01, say: word}\n"})
	w.matched()
	w.must(w.Step(t.Context()))
	w.is("word", outbox.Sent)
	w.is("tease", outbox.Sent)
	if slices.Contains(w.needs(), need.Asked) {
		t.Error("a person is still asked")
	}
	for _, text := range []string{"What the lost files said.", "Tomorrow at nine: everything for a third less."} {
		n := 0
		for _, out := range w.texts("outlet") {
			if strings.HasPrefix(out, text) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%q is out %d times: %q", text, n, w.texts("outlet"))
		}
	}
}

// editing is a client in the midst of whose answer somebody edits the files.
type editing struct {
	network.Client
	edit func()
}

// Posts implements network.Client.
func (e *editing) Posts(ctx context.Context, since time.Time) ([]network.Posted, error) {
	if edit := e.edit; edit != nil {
		e.edit = nil
		edit()
	}
	return e.Client.Posts(ctx, since)
}

// TestRestoredWhileFilesChange: what was looked up with files that are in force no more is looked up once more. Posts that only the
// newer files explain would be asked about for ever.
func TestRestoredWhileFilesChange(t *testing.T) {
	w := newWorld(t, "2027-11-26 09:30", nil)
	since := w.now
	w.now = at(t, "2027-11-26 10:01")
	w.lost(since)
	x := w.Accounts.Of("outlet")
	sees, _ := x.Client.Get()
	x.Client.Set(&editing{sees, func() { w.edit(map[string]string{"templates/tease.en.tmpl": "Quite other words."}) }}, nil)
	if done, err := w.Restorer.MatchAll(context.Background()); done || err == nil {
		t.Errorf("it is matched with files that are in force no more: %v, %v", done, err)
	}
	w.matched()
	if slices.Contains(w.needs(), "restored") {
		t.Errorf("a person is told of it: %v", w.needs())
	}
}
