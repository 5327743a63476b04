package bot

import (
	"slices"
	"strings"
	"testing"

	"magpie/internal/network"
	"magpie/internal/outbox"
)

// careful is the campaign with approval required.
func careful() map[string]string {
	return replaced("campaigns/bf.yaml", "offer: bf\n", "offer: bf\napproval: required\n")
}

func (w *world) approve(step string) {
	w.Helper()
	p, c, err := w.Acts.Approve(w.Context(), w.one(step).ID, "bob")
	w.must(err)
	if p.State != outbox.Planned || c.Draft.Text == "" {
		w.Fatalf("got %+v, %q", p, c.Draft.Text)
	}
}

func TestApprovalHolds(t *testing.T) {
	w := newWorld(t, "2027-11-26 08:00", careful())
	w.is("tease", outbox.Held)
	w.approve("tease")
	w.must(w.Agenda.Replan(t.Context()))
	w.is("tease", outbox.Planned) // nothing has changed
	w.edit(map[string]string{"templates/tip.en.tmpl": "Something else."})
	w.is("tease", outbox.Planned)
	w.step(at(t, "2027-11-26 10:00"))
	w.is("tease", outbox.Sent)
	w.is("fans", outbox.Held)
}

// TestEditVoids: an edit of what was approved is seen at once, not only when
// it is too late to approve again.
func TestEditVoids(t *testing.T) {
	for name, edit := range map[string]map[string]string{
		"the words":        {"templates/tease.en.tmpl": "Quite other words."},
		"another template": {"campaigns/bf.yaml": strings.Replace(careful()["campaigns/bf.yaml"], "say: tease", "say: hours", 1)},
		"the disclosure": {"campaigns/bf.yaml": strings.Replace(careful()["campaigns/bf.yaml"], "offer: bf\n",
			"offer: bf\ndisclosure: \"Ad:\"\n", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "2027-11-26 08:00", careful())
			w.approve("tease")
			w.edit(edit)
			if p := w.is("tease", outbox.Held); p.ApprovedHash != "" || !strings.Contains(p.Reason, "approve it again") {
				t.Errorf("got %+v", p)
			}
			w.step(at(t, "2027-11-26 10:00"))
			w.is("tease", outbox.Held)
			if n := len(w.net.Posts("outlet")); n != 0 {
				t.Errorf("%q went out", w.texts("outlet"))
			}
			w.approve("tease")
			w.step(at(t, "2027-11-26 10:01"))
			w.is("tease", outbox.Sent)
		})
	}
}

// TestEditVoidsForPeople: of a post to people the approval is for every
// language, the offer, the segment.
func TestEditVoidsForPeople(t *testing.T) {
	for name, edit := range map[string]map[string]string{
		"the words":            {"templates/fans.en.tmpl": "Hello {{name}}: {{code}}"},
		"the words in Chinese": {"templates/fans.zh.tmpl": "完全不同的话 {{code}}"},
		"a new language":       {"templates/fans.de.tmpl": "Etwas ganz anderes: {{code}}"},
		"the offer's value":    replaced("campaigns/offers.yaml", "30%", "50%"),
		"the offer's last day": replaced("campaigns/offers.yaml", "until: 2027-11-30", "until: 2027-12-24"),
		"another segment": {"campaigns/bf.yaml": strings.Replace(careful()["campaigns/bf.yaml"], "segment: fans",
			"segment: followers", 1)},
		"who is in that segment": replaced("campaigns/segments.yaml", `fans: consents("direct")`, `fans: consents("direct") or orders >= 0`),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "2027-11-26 08:00", careful())
			w.fans(2, func(i int, p *network.Person) { p.Language = []string{"en", "zh"}[i] })
			w.approve("fans")
			w.edit(edit)
			w.is("fans", outbox.Held)
			w.step(at(t, "2027-11-26 11:00"))
			w.is("fans", outbox.Held)
		})
	}
}

// TestEditWhileItGoesOut: what was approved goes to all of a segment, or stops:
// nobody gets words that nobody approved.
func TestEditWhileItGoesOut(t *testing.T) {
	slow := careful()
	slow["accounts/outlet.yaml"] = files["accounts/outlet.yaml"] + "pace:\n  direct: 2/hour\n"
	w := newWorld(t, "2027-11-26 08:00", slow)
	w.fans(5, nil)
	w.approve("fans")
	w.step(at(t, "2027-11-26 11:00"))
	w.is("fans", outbox.Expanded)
	direct := func() (out []string) {
		for _, p := range w.net.Posts("outlet") {
			if p.Direct {
				out = append(out, p.Text)
			}
		}
		return out
	}
	if n := len(direct()); n != 2 {
		t.Fatalf("%d are out", n)
	}
	w.edit(map[string]string{"templates/fans.en.tmpl": "Nobody has approved this: {{code}}"})
	w.step(at(t, "2027-11-26 12:01"))
	w.step(at(t, "2027-11-26 13:02"))
	for _, text := range direct() {
		if strings.Contains(text, "Nobody has approved") {
			t.Fatalf("this went out: %q", text)
		}
	}
}

// TestUnapprovedIsLate: what nobody approved is said, not forgotten.
func TestUnapprovedIsLate(t *testing.T) {
	w := newWorld(t, "2027-11-26 08:00", careful())
	w.step(at(t, "2027-11-26 10:16"))
	if p := w.is("tease", outbox.Late); !strings.Contains(p.Reason, "was not approved") || !slices.Contains(w.needs(), "late") {
		t.Errorf("for %q, needs %v", p.Reason, w.needs())
	}
	if _, _, err := w.Acts.Approve(t.Context(), w.one("tease").ID, "bob"); err == nil {
		t.Error("a late post is approved")
	}
}

// TestApprovalComesAndGoes with the campaign's own word; what was held stays so until
// a person approves it.
func TestApprovalComesAndGoes(t *testing.T) {
	w := newWorld(t, "2027-11-26 08:00", nil)
	w.is("tease", outbox.Planned)
	w.edit(careful())
	w.is("tease", outbox.Held)
	w.edit(map[string]string{"campaigns/bf.yaml": files["campaigns/bf.yaml"]})
	w.is("tease", outbox.Held)
	w.approve("tease")
	w.step(at(t, "2027-11-26 10:00"))
	w.is("tease", outbox.Sent)
}
