package bot

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"magpie/internal/acts"
	"magpie/internal/coupon"
	"magpie/internal/inbox"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/store/storetest"
)

func optOutOf(person int64) func(*sql.Tx) error {
	return func(tx *sql.Tx) error {
		_, err := people.OptOut(context.Background(), tx, person, "stop", time.Unix(1_800_000_000, 0), time.Unix(1_800_000_000, 0))
		return err
	}
}

func meets(w *world, p network.Person) func(*sql.Tx) error {
	return func(tx *sql.Tx) error {
		_, err := w.Book.Meet(context.Background(), tx, "mastodon", p, w.now)
		return err
	}
}

func TestPush(t *testing.T) {
	w := newWorld(t, day1, nil)
	x := acts.Push{Account: "outlet", Text: "Hello there.", Who: "ann"}
	seen, err := w.Acts.PreparePush(t.Context(), x)
	if err != nil || seen.Text != "Hello there." || seen.Size.Count != 12 || len(w.posts(`campaign = 'push'`)) != 0 {
		t.Fatalf("got %+v, %v", seen, err)
	}
	_, err = w.Acts.Push(t.Context(), x)
	w.must(err)
	w.step(w.now.Add(time.Second))
	if texts := w.texts("outlet"); len(texts) != 1 || texts[0] != "Hello there." {
		t.Errorf("got %q", texts)
	}
	if _, err := w.Acts.Push(t.Context(), x); !errors.Is(err, acts.ErrAgain) {
		t.Errorf("the same again: %v", err)
	}
	w.now = w.now.Add(23 * time.Hour)
	if _, err := w.Acts.Push(t.Context(), x); !errors.Is(err, acts.ErrAgain) {
		t.Errorf("23 hours later: %v", err)
	}
	x.Again = true
	_, err = w.Acts.Push(t.Context(), x)
	w.must(err)
	x.Again, x.Text = false, "Hello there!"
	_, err = w.Acts.Push(t.Context(), x)
	w.must(err)
	w.step(w.now.Add(time.Second))
	if n := len(w.net.Posts("outlet")); n != 3 {
		t.Errorf("%d are out", n)
	}
}

func TestPushCoupon(t *testing.T) {
	w := newWorld(t, day1, nil)
	ids := w.fans(3, nil)
	w.must(w.Write(t.Context(), optOutOf(ids[2])))
	x := acts.Push{Account: "outlet", Text: "{{name}}: {{code}}", Offer: "bf", Segment: "fans", Who: "ann"}
	seen, err := w.Acts.PreparePush(t.Context(), x)
	if err != nil || seen.To != 2 || seen.LeftOut["has opted out"] != 0 || !seen.Bounded || seen.Left != 50 {
		t.Fatalf("got %+v, %v", seen, err)
	}
	_, err = w.Acts.Push(t.Context(), x)
	w.must(err)
	w.step(w.now.Add(time.Second))
	got := w.received()
	if len(got) != 2 || !strings.HasPrefix(got["fan0@s.example"], "@fan0@s.example Fan 0: ") {
		t.Errorf("got %v", got)
	}
	one := acts.Push{Account: "outlet", Text: "Once more: {{code}}", Offer: "bf", Person: "@Fan0@s.example", Who: "ann"}
	_, err = w.Acts.Push(t.Context(), one)
	w.must(err)
	w.step(w.now.Add(time.Second))
	if l, _ := coupon.Count(t.Context(), w.DB, "bf"); l.Delivered != 2 {
		t.Errorf("her code is told again, not a new one: %+v", l)
	}
}

func TestPushTest(t *testing.T) {
	w := newWorld(t, day1, nil)
	x := acts.Push{Account: "outlet", Text: "{{code}}", Offer: "bf", Test: "@me@s.example", Who: "ann"}
	if _, err := w.Acts.Push(t.Context(), x); err == nil || !strings.Contains(err.Error(), "testers: [me@s.example]") {
		t.Fatalf("a handle that is nobody's own: %v", err)
	}
	w.Set().Settings.Testers = []string{"@me@s.example"}
	_, err := w.Acts.Push(t.Context(), acts.Push{Account: "outlet", Text: "{{code}}", Offer: "bf", Test: "@me@s.example", Who: "ann"})
	w.must(err)
	w.step(w.now.Add(time.Second))
	if p := w.net.Posts("outlet"); len(p) != 1 || !p[0].Direct || p[0].To != "me@s.example" || !strings.Contains(p[0].Text, "TEST-TEST-TEST") {
		t.Errorf("got %+v", p)
	}
	if l, _ := coupon.Count(t.Context(), w.DB, "bf"); l != (coupon.Left{}) {
		t.Errorf("left %+v", l)
	}
}

func TestBadPushes(t *testing.T) {
	w := newWorld(t, day1, nil)
	w.must(w.Write(t.Context(), meets(w, network.Person{ID: "1", Handle: "stranger@x"})))
	for want, x := range map[string]acts.Push{
		`no account "outlett" (did you mean "outlet"?)`: {Account: "outlett", Text: "x"},
		"say what to post":             {Account: "outlet"},
		"either":                       {Account: "outlet", Text: "x", Template: "tip"},
		"choose one of":                {Account: "outlet", Text: "x", Segment: "fans", Person: "a"},
		`no template "tipp"`:           {Account: "outlet", Template: "tipp"},
		`no segment "fan"`:             {Account: "outlet", Text: "x", Segment: "fan"},
		`no offer "bg"`:                {Account: "outlet", Text: "x", Offer: "bg"},
		"name the offer with --offer":  {Account: "outlet", Text: "{{code}}"},
		"can't go into a public post":  {Account: "outlet", Text: "{{code}}", Offer: "bf"},
		"no person with the handle":    {Account: "outlet", Text: "x", Person: "ghost@x"},
		"direct messages from outlet,": {Account: "outlet", Text: "x", Person: "stranger@x"},
		"501 characters on mastodon":   {Account: "outlet", Text: strings.Repeat("x", 501)},
	} {
		if _, err := w.Acts.Push(t.Context(), x); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want …%s…", err, want)
		}
	}
	if n := len(w.posts(`campaign = 'push'`)); n != 0 {
		t.Errorf("%d are written down", n)
	}
}

func TestRecall(t *testing.T) {
	w := newWorld(t, "2027-11-26 09:59", nil)
	id := w.one("tease").ID
	if err := w.Acts.Recall(t.Context(), id, "ann"); err == nil || !strings.Contains(err.Error(), "only a post that has gone out") {
		t.Errorf("got %v", err)
	}
	w.step(at(t, "2027-11-26 10:00"))
	err := w.Acts.Recall(t.Context(), id, "ann")
	w.must(err)
	w.is("tease", outbox.Recalled)
	if n := len(w.net.Posts("outlet")); n != 0 {
		t.Errorf("%q", w.texts("outlet"))
	}
}

// TestMergeFollows: two persons turn out to be one; coupons, posts and mentions
// follow.
func TestMergeFollows(t *testing.T) {
	w := newWorld(t, day1, nil)
	w.follower(ann)
	m := w.said(w.net.Mention("outlet", ann, "deal"))
	_, err := w.Book.Import(t.Context(), strings.NewReader("bluesky,orders\nann.example,3\n"), w.now, nil, nil)
	w.must(err)
	other, err := w.Book.Find(t.Context(), "", "ann.example")
	w.must(err)
	_, err = w.Book.Import(t.Context(), strings.NewReader("bluesky,mastodon\nann.example,ann@s.example\n"), w.now, nil, nil)
	w.must(err)
	id, err := w.Book.Find(t.Context(), "", "ann@s.example")
	w.must(err)
	if same, _ := w.Book.Find(t.Context(), "", "ann.example"); same != id || id != other && id != m.Person {
		t.Fatalf("%d and %d", same, id)
	}
	for _, table := range []string{"coupons", "posts", "mentions"} {
		var n int
		w.must(w.DB.Read.QueryRow(`SELECT count(*) FROM `+table+` WHERE person = $1`, id).Scan(&n))
		if n != 1 {
			t.Errorf("%d %s are hers", n, table)
		}
	}
	w.said(w.net.Mention("outlet", ann, "deal"))
	if l, _ := coupon.Count(t.Context(), w.DB, "bf"); l.Delivered != 1 {
		t.Errorf("she has two codes: %+v", l)
	}
}

// TestForget: what she wrote and where we wrote to is gone; that she opted out
// is not.
func TestForget(t *testing.T) {
	w := newWorld(t, day1, nil)
	m := w.said(w.net.Mention("outlet", ann, "I am Ann of 5 Elm Street, when are you open?"))
	w.said(w.net.Mention("outlet", ann, "stop"))
	w.must(w.Acts.Forget(t.Context(), m.Person, "bob"))
	var n int
	w.must(w.DB.Read.QueryRow(`SELECT (SELECT count(*) FROM mentions WHERE text LIKE '%elm%' OR author LIKE '%ann%')
		+ (SELECT count(*) FROM posts WHERE recipient LIKE '%ann%' OR sealed LIKE '%ann@%' OR sealed_text LIKE '%ann%')`).Scan(&n))
	if n != 0 {
		t.Errorf("%d rows know her", n)
	}
	if m := w.said(w.net.Mention("outlet", ann, "when are you open?")); m.State != inbox.Desk {
		t.Errorf("she is answered again: %+v", m)
	}
}

// TestTwoRuns: the second refuses, and the first goes on.
func TestTwoRuns(t *testing.T) {
	storetest.SQLiteOnly(t, "on Postgres any number may run: TestTwoMachines")
	w := newWorld(t, day1, nil)
	r, err := w.Start(t.Context())
	w.must(err)
	if _, err := w.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "another “magpie run”") {
		t.Errorf("got %v", err)
	}
	if err := w.Once(t.Context()); err == nil || !strings.Contains(err.Error(), "another “magpie run”") {
		t.Errorf("got %v", err)
	}
	w.must(r.Stop())
	w.must(w.Once(t.Context()))
}
