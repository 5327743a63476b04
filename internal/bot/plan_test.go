package bot

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/compose"
	"magpie/internal/outbox"
)

// without is the campaign without one of its steps.
func without(step string) string {
	var out []string
	skip := false
	for line := range strings.Lines(files["campaigns/bf.yaml"]) {
		if strings.HasPrefix(line, "  ") && !strings.HasPrefix(line, "   ") {
			skip = strings.TrimSpace(line) == step+":"
		}
		if !skip {
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}

func replaced(file, old, new string) map[string]string {
	if !strings.Contains(files[file], old) {
		panic(file + " has no " + old)
	}
	return map[string]string{file: strings.Replace(files[file], old, new, 1)}
}

// TestPlanOnce: written down ahead, once, however often it is planned.
func TestPlanOnce(t *testing.T) {
	w := newWorld(t, "2027-11-22 08:00", nil)
	first := len(w.posts(`1 = 1`))
	for range 3 {
		w.must(w.Agenda.Plan(t.Context()))
		w.must(w.Agenda.Replan(t.Context()))
	}
	if n := len(w.posts(`1 = 1`)); n != first || n != 9 { // a tip a day, tease, fans
		t.Errorf("%d posts, then %d", first, n)
	}
	p := w.is("tease", outbox.Planned)
	if !p.SlotAt.Equal(at(t, "2027-11-26 10:00")) || p.LateAfter != 15*time.Minute || p.LateThen != "skip" || p.Kind != outbox.Public {
		t.Errorf("got %+v", p)
	}
	if p := w.is("fans", outbox.Planned); p.Kind != outbox.Segment || p.Segment != "fans" {
		t.Errorf("got %+v", p)
	}
}

// TestMissedIsLate: what was due while nothing ran is a row, never silence.
func TestMissedIsLate(t *testing.T) {
	w := newWorld(t, "2027-11-26 08:00", nil)
	w.step(at(t, "2027-11-26 08:01"))
	w.step(at(t, "2027-12-20 08:00")) // three weeks without the bot
	if n := len(w.posts(`step = 'tip' AND slot_at < $1 AND state = 'late'`, w.now.UnixMilli())); n != 24 {
		t.Errorf("%d tips are late, want one for each of 24 days", n)
	}
	w.is("tease", outbox.Late)
	if !slices.Contains(w.needs(), "late") {
		t.Errorf("needs %v", w.needs())
	}
	if n := len(w.net.Posts("outlet")); n != 0 {
		t.Errorf("%d posts went out", n)
	}
}

// TestMissedSegmentIsLate: posts to people are late as well, before they are
// expanded.
func TestMissedSegmentIsLate(t *testing.T) {
	w := newWorld(t, "2027-11-26 08:00", nil)
	w.fans(3, nil)
	w.step(at(t, "2027-11-26 13:00"))
	w.is("fans", outbox.Late)
	if n := len(w.net.Posts("outlet")); n != 0 {
		t.Errorf("%d posts went out two hours late: %v", n, w.texts("outlet"))
	}
}

func TestEditAddsAndWithdraws(t *testing.T) {
	w := newWorld(t, "2027-11-25 08:00", nil)
	w.edit(map[string]string{"campaigns/bf.yaml": without("tease")})
	if p := w.is("tease", outbox.Withdrawn); p.Reason != compose.GoneReason {
		t.Errorf("for %q", p.Reason)
	}
	w.edit(map[string]string{"campaigns/bf.yaml": files["campaigns/bf.yaml"] + "  more:\n    accounts: [outlet]\n    at: " +
		"2027-11-26 12:00\n    say: hours\n"})
	w.is("tease", outbox.Planned) // it came back
	w.is("more", outbox.Planned)
	w.step(at(t, "2027-11-26 10:00"))
	w.is("tease", outbox.Sent)
}

// TestEditMoves: an edit of the time moves the post; one of the rest changes
// what it says and when it is late.
func TestEditMoves(t *testing.T) {
	w := newWorld(t, "2027-11-25 08:00", nil)
	w.edit(replaced("campaigns/bf.yaml", "10:00\n    say: tease\n    late: {after: 15m, then: skip}",
		"10:30\n    say: tip\n    late: {after: 1h, then: ask}"))
	all := w.posts(`step = 'tease' ORDER BY slot_at`)
	if len(all) != 2 || all[0].State != outbox.Withdrawn || all[1].State != outbox.Planned ||
		!all[1].SlotAt.Equal(at(t, "2027-11-26 10:30")) || all[1].LateThen != "ask" || all[1].Template != "tip" {
		t.Fatalf("got %+v", all)
	}
	w.edit(replaced("campaigns/bf.yaml", "say: tease\n    late: {after: 15m, then: skip}", "say: tip\n    late: {after: 2h, then: post}"))
	if p := w.posts(`step = 'tease' ORDER BY slot_at`)[0]; p.State != outbox.Planned || p.Template != "tip" || p.LateAfter != 2*time.Hour ||
		p.LateThen != "post" {
		t.Errorf("it came back as it was before: %+v", p)
	}
}

// TestEditOfKind: a step that turns from public to private posts nothing in
// public any more.
func TestEditOfKind(t *testing.T) {
	w := newWorld(t, "2027-11-25 08:00", nil)
	w.fans(1, nil)
	w.edit(replaced("campaigns/bf.yaml", "say: tease", "to: {segment: fans, by: direct}\n    say: fans"))
	for _, p := range w.posts(`step = 'tease' AND state IN ('planned', 'held')`) {
		if p.Kind != outbox.Segment {
			t.Errorf("a %s post is planned", p.Kind)
		}
	}
	w.step(at(t, "2027-11-26 10:00"))
	for _, p := range w.net.Posts("outlet") {
		if !p.Direct && p.Key != "" && strings.Contains(p.Key, "tease") {
			t.Errorf("this went out in public: %q", p.Text)
		}
	}
}

func TestEditOfWords(t *testing.T) {
	w := newWorld(t, "2027-11-25 08:00", nil)
	w.edit(map[string]string{"templates/tease.en.tmpl": "Other words."})
	w.step(at(t, "2027-11-26 10:00"))
	if texts := w.texts("outlet"); !slices.Contains(texts, "Other words.") {
		t.Errorf("got %q", texts)
	}
}

// TestBadEdit leaves yesterday's files in force and says so once.
func TestBadEdit(t *testing.T) {
	w := newWorld(t, "2027-11-25 08:00", nil)
	before := w.Set()
	putFiles(t, w.Dir, map[string]string{"campaigns/bf.yaml": "titel: x\n"})
	w.Reload(t.Context(), nil)
	w.Reload(t.Context(), nil)
	if w.Set() != before || strings.Join(w.needs(), " ") != "bad files" {
		t.Errorf("needs %v", w.needs())
	}
	w.step(at(t, "2027-11-26 10:00"))
	w.is("tease", outbox.Sent)
	w.edit(map[string]string{"campaigns/bf.yaml": without("fans")})
	if slices.Contains(w.needs(), "bad files") {
		t.Errorf("needs %v", w.needs())
	}
}

// TestPastIsLeftAlone: an edit does not call back what is on its way.
func TestPastIsLeftAlone(t *testing.T) {
	w := newWorld(t, "2027-11-26 09:59", nil)
	w.now = at(t, "2027-11-26 10:01")
	w.edit(map[string]string{"templates/tip.en.tmpl": "A new tip."})
	w.is("tease", outbox.Planned)
	w.step(at(t, "2027-11-26 10:02"))
	w.is("tease", outbox.Sent)
}

// TestJitterStays: the same slot has the same shift, whoever plans it when.
func TestJitterStays(t *testing.T) {
	jitter := map[string]string{"schedules/mornings.yaml": "timezone: account\ncron: \"0 9 * * *\"\njitter: 20m\n",
		"campaigns/tips.yaml": "title: Tips\nsteps:\n  tip:\n    accounts: [outlet, home]\n    schedule: mornings\n    say: " +
			"{outlet: tip, home: hours}\n"}
	slots := func(w *world) (out []string) {
		for _, p := range w.posts(`step = 'tip' AND slot_at >= $1 AND slot_at < $2 ORDER BY key`, at(t, "2027-11-24 00:00").UnixMilli(),
			at(t, "2027-11-27 00:00").UnixMilli()) {
			out = append(out, p.Key+" "+p.SlotAt.Format(time.TimeOnly))
		}
		return out
	}
	a, b := newWorld(t, "2027-11-22 08:00", jitter), newWorld(t, "2027-11-23 12:34", jitter)
	first := slots(a)
	b.must(b.Agenda.Replan(context.Background()))
	a.edit(map[string]string{"templates/tip.en.tmpl": "Another tip."})
	if len(first) != 6 || !slices.Equal(first, slots(b)) || !slices.Equal(first, slots(a)) {
		t.Errorf("got\n%q\n%q\n%q", first, slots(b), slots(a))
	}
	shifts := map[string]bool{}
	for _, s := range first {
		shifts[s[len(s)-5:]] = true
	}
	if len(shifts) < 3 {
		t.Errorf("only %d shifts: %q", len(shifts), first)
	}
}
