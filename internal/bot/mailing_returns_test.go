package bot

import (
	"magpie/internal/coupon"
	"magpie/internal/outbox"
	"testing"
)

// TestMailingReturns: a step that leaves the files for a moment, in the midst of its mailing, keeps nobody from getting it. Its people are
// gone through anew, and counted anew.
func TestMailingReturns(t *testing.T) {
	for name, chunks := range map[string]int{"half of it is made": 2, "all of it is made": 4} {
		t.Run(name, func(t *testing.T) { mailingReturns(t, chunks) })
	}
}

func mailingReturns(t *testing.T, chunks int) {
	changed := replaced("campaigns/segments.yaml", `fans: consents("direct")`, `fans: orders >= 0`)
	w := newWorld(t, "2027-11-26 08:00", changed)
	w.Agenda.Chunk = 2
	ids := w.fans(6, nil)
	for _, id := range ids[:3] {
		w.must(w.Write(t.Context(), optOutOf(id)))
	}
	w.now = at(t, fanTime)
	for range chunks {
		_, err := w.Agenda.ExpandChunk(t.Context(), w.one("fans").ID)
		w.must(err)
	}
	w.edit(replaced("campaigns/bf.yaml", "  fans:", "  others:"))
	w.edit(map[string]string{"campaigns/bf.yaml": files["campaigns/bf.yaml"]})
	w.step(w.now)
	posts, leftOut, err := outbox.Audience(t.Context(), w.DB.Read, w.is("fans", outbox.Expanded))
	w.must(err)
	if posts[outbox.Sent] != 3 || leftOut["has opted out"] != 3 || len(w.received()) != 3 {
		t.Errorf("got %v, left out %v: %v", posts, leftOut, w.received())
	}
	if l, err := coupon.Count(t.Context(), w.DB, "bf"); err != nil || l.Delivered != 3 || l.Reserved != 0 {
		t.Errorf("codes %+v, %v", l, err)
	}
}

// TestWithdrawnDoesNotReturn: a person's word about a mailing holds, also for posts that had left with their step.
func TestWithdrawnDoesNotReturn(t *testing.T) {
	w := newWorld(t, "2027-11-26 08:00", nil)
	w.fans(3, nil)
	w.now = at(t, fanTime)
	w.must(w.Agenda.Expand(t.Context(), w.one("fans").ID))
	w.edit(replaced("campaigns/bf.yaml", "  fans:", "  others:"))
	w.must(w.Acts.Withdraw(t.Context(), w.one("fans").ID, "a mistake", "bob"))
	w.edit(map[string]string{"campaigns/bf.yaml": files["campaigns/bf.yaml"]})
	w.step(w.now)
	if got := w.received(); len(got) > 0 {
		t.Errorf("got %v", got)
	}
}
