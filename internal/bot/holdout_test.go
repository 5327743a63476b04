package bot

import (
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/outbox"
)

// mails expands the mailing that is due and returns how many got it, and who was left out.
func (w *world) mails(step string, when time.Time) (out int, leftOut map[string]int) {
	w.Helper()
	w.now = when.Add(-time.Hour)
	w.must(w.Agenda.Plan(w.Context()))
	w.now = when
	due, err := w.Agenda.Expandable(w.Context(), w.now)
	w.must(err)
	for _, p := range due {
		w.must(w.Agenda.Expand(w.Context(), p.ID))
		if p.Step != step {
			continue
		}
		posts, left, err := outbox.Audience(w.Context(), w.DB.Read, p)
		w.must(err)
		for _, n := range posts {
			out += n
		}
		leftOut = left
	}
	return out, leftOut
}

// A hold-out group is drawn once: nobody of it is written to by the campaign, whatever mailing, and whoever expands it.
func TestHoldOut(t *testing.T) {
	w := newWorld(t, "2027-11-26 08:00", map[string]string{"campaigns/bf.yaml": `title: Black Friday
from: 2027-11-20
until: 2027-11-30
holdout: 25%
steps:
  fans: {accounts: [outlet], at: 2027-11-26 11:00, to: {segment: fans, by: direct}, say: tease}
  more: {accounts: [outlet], at: 2027-11-27 11:00, to: {segment: fans, by: direct}, say: tease}
`})
	w.fans(200, func(int, *network.Person) {})
	first, left := w.mails("fans", at(t, fanTime))
	held := left[outbox.HeldOut]
	if held < 25 || held > 80 || first+held != 200 {
		t.Fatalf("%d got it, %v were left out", first, left)
	}
	second, left := w.mails("more", at(t, "2027-11-27 11:00"))
	if second != first || left[outbox.HeldOut] != held {
		t.Errorf("then %d got it, %v were left out", second, left)
	}
	var both, kept int
	w.must(w.DB.Read.QueryRow(`SELECT count(*) FROM held_out`).Scan(&kept))
	w.must(w.DB.Read.QueryRow(`SELECT count(*) FROM posts p JOIN held_out h ON h.person = p.person`).Scan(&both))
	if kept != held || both != 0 {
		t.Errorf("%d are in the group, and %d of them are written to", kept, both)
	}
}

// One person gets no more than attention: says, from all accounts and campaigns together.
func TestAttention(t *testing.T) {
	w := newWorld(t, "2027-11-26 08:00", map[string]string{"magpie.yaml": "attention: 2/week\n", "campaigns/bf.yaml": `title: Black Friday
from: 2027-11-20
until: 2027-12-30
steps:
  one: {accounts: [outlet], at: 2027-11-26 11:00, to: {segment: fans, by: direct}, say: tease}
  two: {accounts: [outlet], at: 2027-11-27 11:00, to: {segment: fans, by: direct}, say: tease}
  three: {accounts: [outlet], at: 2027-11-28 11:00, to: {segment: fans, by: direct}, say: tease}
  four: {accounts: [outlet], at: 2027-12-06 11:00, to: {segment: fans, by: direct}, say: tease}
`})
	w.fans(5, func(int, *network.Person) {})
	for _, x := range []struct {
		step, at string
		want     int
	}{{"one", "2027-11-26 11:00", 5}, {"two", "2027-11-27 11:00", 5}, {"three", "2027-11-28 11:00", 0}, {"four", "2027-12-06 11:00", 5}} {
		got, left := w.mails(x.step, at(t, x.at))
		if got != x.want || left[outbox.HadAttention] != 5-x.want {
			t.Errorf("%s: %d got it, %v were left out", x.step, got, left)
		}
	}
}

// What is to come is foreseen with those whom attention: leaves out now.
func TestAttentionForeseen(t *testing.T) {
	w := newWorld(t, "2027-11-26 08:00", map[string]string{"magpie.yaml": "attention: 1/week\n", "campaigns/bf.yaml": `title: Black Friday
from: 2027-11-20
until: 2027-12-30
steps:
  one: {accounts: [outlet], at: 2027-11-26 11:00, to: {segment: fans, by: direct}, say: tease}
  two: {accounts: [outlet], at: 2027-11-27 11:00, to: {segment: fans, by: direct}, say: tease}
`})
	w.fans(5, func(int, *network.Person) {})
	w.mails("one", at(t, fanTime))
	all, err := w.Agenda.Forecasts(w.Context(), w.now, w.now.Add(48*time.Hour))
	w.must(err)
	for _, f := range all {
		if f.Post.Step == "two" && (f.To != 0 || f.LeftOut[outbox.HadAttention] != 5) {
			t.Errorf("to %d, left out %v", f.To, f.LeftOut)
		}
	}
}
