package bot

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"magpie/internal/coupon"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/people"
)

const fanTime = "2027-11-26 11:00"

// received are the direct posts by who got them.
func (w *world) received() map[string]string {
	w.Helper()
	out := map[string]string{}
	for _, p := range w.net.Posts("outlet") {
		if p.Direct {
			if out[p.To] != "" {
				w.Errorf("%s got two", p.To)
			}
			out[p.To] = p.Text
		}
	}
	return out
}

// TestExpand: each person of the segment gets one post with a code of their
// own, in their language; who opted out meanwhile gets none.
func TestExpand(t *testing.T) {
	w := newWorld(t, "2027-11-26 08:00", nil)
	ids := w.fans(6, func(i int, p *network.Person) { p.Language = []string{"", "en", "zh"}[i%3] })
	w.must(w.DB.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := people.OptOut(t.Context(), tx, ids[0], "stop", w.now, w.now)
		return err
	}))
	w.now = at(t, fanTime)
	due, err := w.Agenda.Expandable(t.Context(), w.now)
	if err != nil || len(due) != 1 {
		t.Fatalf("%v, %v", due, err)
	}
	w.must(w.Agenda.Expand(t.Context(), due[0].ID))
	w.must(w.Agenda.Expand(t.Context(), due[0].ID)) // again: nothing
	w.must(w.DB.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := people.OptOut(t.Context(), tx, ids[1], "stop", w.now, w.now)
		return err
	}))
	w.step(w.now)
	got := w.received()
	if len(got) != 4 {
		t.Fatalf("got %v", got)
	}
	codes := map[string]bool{}
	for to, text := range got {
		chinese := strings.Contains(text, "您的优惠码是")
		if chinese != (to == "fan2@s.example" || to == "fan5@s.example") {
			t.Errorf("%s got %q", to, text)
		}
		for _, p := range w.posts(`recipient LIKE $1`, "%"+to+"%") {
			if codes[p.Code] || !strings.Contains(text, p.Code) || p.Parent == "" || p.Code == "" {
				t.Errorf("%s has %q", to, p.Code)
			}
			codes[p.Code] = true
		}
	}
	w.is("fans", outbox.Expanded)
	l, err := coupon.Count(t.Context(), w.DB, "bf")
	if err != nil || l.Delivered != 4 || l.Reserved != 0 {
		t.Errorf("left %+v, %v", l, err) // the code of who opted out is free again
	}
}

// TestExpandAfterACrash: stopped between two chunks, or before a commit, the
// next process goes on and nobody is left out or written to twice.
func TestExpandAfterACrash(t *testing.T) {
	w := newWorld(t, "2027-11-26 08:00", replaced("campaigns/offers.yaml", "limit: 50", "limit: 1000"))
	w.Agenda.Chunk = perChunk
	w.fans(2*perChunk+50, nil)
	w.now = at(t, fanTime)
	id := w.one("fans").ID
	done, err := w.Agenda.ExpandChunk(t.Context(), id)
	if err != nil || done {
		t.Fatalf("%v, %v", done, err)
	}
	if p := w.is("fans", outbox.Planned); p.Cursor == 0 {
		t.Error("there is no cursor")
	}
	if n := len(w.posts(`parent <> ''`)); n != perChunk {
		t.Errorf("%d posts", n)
	}
	// Two at the same time: the loser changes nothing.
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			if _, err := w.Agenda.ExpandChunk(t.Context(), id); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	w.must(w.Agenda.Expand(t.Context(), id))
	w.is("fans", outbox.Expanded)
	if n := len(w.posts(`parent <> ''`)); n != 2*perChunk+50 {
		t.Errorf("%d posts", n)
	}
	l, err := coupon.Count(t.Context(), w.DB, "bf")
	if err != nil || l.Reserved != 2*perChunk+50 || l.Free != 0 {
		t.Errorf("left %+v, %v", l, err)
	}
}

// TestExpandOldNames: posts of a mailing that a version before has made, under other names, are not made once more.
func TestExpandOldNames(t *testing.T) {
	w := newWorld(t, "2027-11-26 08:00", nil)
	w.Agenda.Chunk = 2
	w.fans(5, nil)
	w.now = at(t, fanTime)
	id := w.one("fans").ID
	_, err := w.Agenda.ExpandChunk(t.Context(), id)
	w.must(err)
	w.must(w.DB.Write(t.Context(), func(tx *sql.Tx) error {
		for _, p := range w.posts(`parent <> ''`) {
			for _, set := range []string{`UPDATE posts SET id = $1 WHERE id = $2`, `UPDATE coupon_posts SET post = $1 WHERE post = $2`} {
				if _, err := tx.Exec(set, outbox.ID(p.Key), p.ID); err != nil {
					return err
				}
			}
		}
		_, err := tx.Exec(`UPDATE posts SET cursor = 0 WHERE id = $1`, id) // as after a restore
		return err
	}))
	w.step(w.now)
	if got := w.received(); len(got) != 5 {
		t.Errorf("got %v", got)
	}
	if l, err := coupon.Count(t.Context(), w.DB, "bf"); err != nil || l.Delivered != 5 || l.Reserved != 0 {
		t.Errorf("left %+v, %v", l, err)
	}
}

// TestExpandSeveralHandles: who has two handles on a network gets one letter, and nobody else has to do without for that.
func TestExpandSeveralHandles(t *testing.T) {
	w := newWorld(t, "2027-11-26 08:00", nil)
	ids := w.fans(3, nil)
	w.must(w.DB.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `INSERT INTO handles (network, handle, person) SELECT network, 'a.second.one@s.example', person
			FROM handles WHERE person = $1`, ids[1])
		return err
	}))
	w.step(at(t, fanTime))
	if got := w.received(); len(got) != 3 {
		t.Errorf("got %v", got)
	}
	if l, err := coupon.Count(t.Context(), w.DB, "bf"); err != nil || l.Delivered != 3 {
		t.Errorf("left %+v, %v", l, err)
	}
}

// TestAudience: it is known afterwards how many got a mailing, and who was left out for what, each person once.
func TestAudience(t *testing.T) {
	changed := replaced("campaigns/offers.yaml", "limit: 50", "limit: 4")
	maps.Copy(changed, replaced("campaigns/segments.yaml", `fans: consents("direct")`, `fans: orders >= 0`))
	w := newWorld(t, "2027-11-26 08:00", changed)
	w.Agenda.Chunk = 2
	ids := w.fans(8, nil)
	w.must(w.DB.Write(t.Context(), func(tx *sql.Tx) error {
		for _, id := range ids[:3] {
			if _, err := people.OptOut(t.Context(), tx, id, "stop", w.now, w.now); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(t.Context(), `INSERT INTO handles (network, handle, person) SELECT network, 'a.second.one@s.example', person
			FROM handles WHERE person = $1`, ids[1])
		return err
	}))
	w.step(at(t, fanTime))
	posts, leftOut, err := outbox.Audience(t.Context(), w.DB.Read, w.is("fans", outbox.Expanded))
	w.must(err)
	if len(posts) != 2 || posts[outbox.Sent] != 4 || posts[outbox.Withdrawn] != 1 || len(leftOut) != 1 || leftOut["has opted out"] != 3 {
		t.Errorf("got %v, left out %v", posts, leftOut)
	}
	// Each is found by its name, or the beginning of it; a mailing's posts do not stand in its own way.
	mailing, letter := w.one("fans").ID, w.posts(`parent <> ''`)[1].ID
	for _, c := range []struct{ name, want string }{{mailing, mailing}, {mailing[:9], mailing}, {letter, letter}} {
		if p, err := outbox.One(t.Context(), w.DB.Read, c.name); err != nil || p.ID != c.want {
			t.Errorf("%s: %+v, %v", c.name, p, err)
		}
	}
}

// TestExpandRunsOut: who gets no code is a row with the reason, and the need
// is said once.
func TestExpandRunsOut(t *testing.T) {
	w := newWorld(t, "2027-11-26 08:00", replaced("campaigns/offers.yaml", "limit: 50", "limit: 3"))
	w.fans(5, nil)
	w.step(at(t, fanTime))
	if got := w.received(); len(got) != 3 {
		t.Errorf("got %v", got)
	}
	out := w.posts(`parent <> '' AND state = 'withdrawn'`)
	if len(out) != 2 || !strings.Contains(out[0].Reason, "no codes left") {
		t.Errorf("got %+v", out)
	}
	n := 0
	for _, k := range w.needs() {
		if k == need.NoCodes {
			n++
		}
	}
	if n != 1 {
		t.Errorf("needs %v", w.needs())
	}
}

// TestExpandPaused waits; an ended offer withdraws.
func TestExpandPaused(t *testing.T) {
	for _, scope := range [][2]string{{"all", ""}, {"account", "outlet"}, {"campaign", "bf"}} {
		w := newWorld(t, "2027-11-26 08:00", nil)
		w.fans(2, nil)
		_, err := w.Acts.Halt(t.Context(), scope[0], scope[1], "", "ann", true)
		w.must(err)
		w.step(at(t, fanTime))
		w.is("fans", outbox.Planned)
		_, err = w.Acts.Halt(t.Context(), scope[0], scope[1], "", "ann", false)
		w.must(err)
		w.step(at(t, "2027-11-26 11:10"))
		if got := w.received(); len(got) != 2 {
			t.Errorf("%v: got %v", scope, got)
		}
	}
	w := newWorld(t, "2027-11-26 08:00", nil)
	w.fans(2, nil)
	w.edit(replaced("campaigns/offers.yaml", "valid: 72h", "valid: 72h\n  sold_out: true"))
	w.step(at(t, fanTime))
	if p := w.is("fans", outbox.Withdrawn); len(w.received()) != 0 || p.Reason == "" {
		t.Errorf("got %v, for %q", w.received(), p.Reason)
	}
}

// TestFinishBy: a slow pace does not deliver at midnight.
func TestFinishBy(t *testing.T) {
	w := newWorld(t, "2027-11-26 08:00", map[string]string{
		"accounts/outlet.yaml": files["accounts/outlet.yaml"] + "pace:\n  direct: 2/hour\n",
		"campaigns/bf.yaml": strings.Replace(files["campaigns/bf.yaml"], "by: direct}\n",
			"by: direct}\n    finish_by: 2027-11-26 13:30\n", 1)})
	w.fans(9, nil)
	for now := at(t, fanTime); now.Before(at(t, "2027-11-26 20:00")); now = now.Add(10 * time.Minute) {
		w.step(now)
	}
	if got := w.received(); len(got) != 6 {
		t.Errorf("%d got one: %v", len(got), got)
	}
	late := w.posts(`parent <> '' AND state = 'late'`)
	if len(late) != 3 || !strings.Contains(late[0].Reason, "had to go out by") {
		t.Errorf("got %+v", late)
	}
	if l, _ := coupon.Count(t.Context(), w.DB, "bf"); l.Free != 3 || l.Delivered != 6 {
		t.Errorf("left %+v", l)
	}
}

// TestLateSaidPost: a person says post to one that was late. Its code had gone
// back; it goes out with one that nobody else has.
func TestLateSaidPost(t *testing.T) {
	w := newWorld(t, "2027-11-26 08:00", map[string]string{
		"accounts/outlet.yaml": files["accounts/outlet.yaml"] + "pace:\n  direct: 1/hour\n",
		"campaigns/bf.yaml": strings.Replace(files["campaigns/bf.yaml"], "by: direct}\n",
			"by: direct}\n    finish_by: 2027-11-26 11:30\n", 1)})
	w.fans(3, nil)
	for now := at(t, fanTime); now.Before(at(t, "2027-11-26 13:00")); now = now.Add(10 * time.Minute) {
		w.step(now)
	}
	late := w.posts(`parent <> '' AND state = 'late'`)
	if len(late) != 2 {
		t.Fatalf("%d are late", len(late))
	}
	w.follower(ann)
	w.said(w.net.Mention("outlet", ann, "deal")) // she gets one of those that came back
	w.must(w.Acts.SettlePost(t.Context(), late[0].ID, outbox.Planned, "", "bob"))
	w.step(at(t, "2027-11-26 14:30"))
	codes := map[string]string{}
	for to, text := range w.received() {
		for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == ':' }) {
			if len(word) == 14 && strings.Count(word, "-") == 2 {
				if codes[word] != "" {
					t.Errorf("%s and %s have %s", to, codes[word], word)
				}
				codes[word] = to
			}
		}
	}
	if l, _ := coupon.Count(t.Context(), w.DB, "bf"); len(codes) != 3 || l.Delivered != 3 {
		t.Errorf("codes %v, left %+v", codes, l)
	}
}

func TestValidFromWhenItGoesOut(t *testing.T) {
	w := newWorld(t, "2027-11-26 08:00", nil)
	w.fans(1, nil)
	w.step(at(t, "2027-11-26 11:20"))
	got := w.received()["fan0@s.example"]
	if want := "good until Nov 29, 11:20"; !strings.Contains(got, want) {
		t.Errorf("got %q, want …%s…", got, want)
	}
	code := w.posts(`parent <> ''`)[0].Code
	until, err := coupon.ValidUntil(t.Context(), w.DB, code)
	if err != nil || !until.Equal(at(t, "2027-11-29 11:20")) || !slices.Contains(strings.Fields(strings.ReplaceAll(got, ",", "")), code) {
		t.Errorf("%v, %v", until, fmt.Sprint(err, code, got))
	}
}

// A mailing that is taken back, or rejected, when a part of it has become posts: none of them
// goes out any more, and their codes are free again.
func TestMailingTakenBack(t *testing.T) {
	for name, takeBack := range map[string]func(w *world, id string) error{
		"withdrawn": func(w *world, id string) error {
			return w.Acts.SettlePost(t.Context(), id, outbox.Withdrawn, "", "ann")
		},
		"rejected": func(w *world, id string) error { return outbox.Reject(t.Context(), w.DB, id, "x", "no", "paul", w.now) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "2027-11-26 08:00", nil)
			w.Agenda.Chunk = perChunk
			w.fans(perChunk+50, nil)
			w.now = at(t, fanTime)
			due, err := w.Agenda.Expandable(t.Context(), w.now)
			w.must(err)
			_, err = w.Agenda.ExpandChunk(t.Context(), due[0].ID)
			w.must(err)
			w.must(takeBack(w, due[0].ID))
			for range 5 {
				w.step(w.now.Add(time.Minute))
			}
			if got := w.received(); len(got) != 0 {
				t.Errorf("%d people got it", len(got))
			}
			if all := w.posts(`parent = $1 AND state <> 'withdrawn'`, due[0].ID); len(all) != 0 {
				t.Errorf("%d posts wait still", len(all))
			}
			var held int
			w.must(w.DB.Read.QueryRow(`SELECT count(*) FROM coupons WHERE state <> 'free'`).Scan(&held))
			if held != 0 {
				t.Errorf("%d codes are held", held)
			}
		})
	}
}

// perChunk is how many people of a mailing these tests take at a time.
const perChunk = 200
