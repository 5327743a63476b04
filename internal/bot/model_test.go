package bot

import (
	"database/sql"
	"encoding/json"
	"magpie/internal/inbox"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// worded is a world whose rule “hours” lets a model word the answer; say sets what it answers,
// and what happens while it thinks.
func worded(t *testing.T) (w *world, say func(text string, meanwhile ...func())) {
	t.Helper()
	var text, thinks atomic.Value
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for _, f := range thinks.Load().([]func()) {
			f()
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]string{"role": "assistant",
			"content": text.Load().(string)}}}})
	}))
	t.Cleanup(model.Close)
	w = newWorld(t, day1, map[string]string{"magpie.yaml": "model: {server: \"" + model.URL + "/v1\", name: small, timeout: 10s}\n",
		"campaigns/service.yaml": "title: Service\nsteps:\n  hours:\n    accounts: [outlet]\n    mention: {says: [open, 几点开门]}\n" +
			"    say: hours\n" +
			"    ask: {instructions: \"We are open from nine to six. Returns are free within 30 days. The repair desk is at 030-901820.\"}\n"})
	return w, func(s string, meanwhile ...func()) { text.Store(s); thinks.Store(meanwhile) }
}

// TestModelInvents: what is in none of its sources does not go out: the template answers.
func TestModelInvents(t *testing.T) {
	for name, text := range map[string]string{
		"a discount":             "We are open from nine to six, and today you get 90% off everything!",
		"in full width":          "We are open from nine to six, with ９０％ off.",
		"in words":               "We are open, and everything is ninety percent off today.",
		"in Chinese":             "我们九点到六点营业，今天全场一折！",
		"an amount":              "We are open. You get 500 USD from us.",
		"another number of days": "We are open. Returns are free within 300 days.",
		"what the customer said": "Yes, we are open and it is 77% off.",
		"a bitcoin address":      "We are open. Please pay to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
		"an old one":             "Please pay to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa and we open.",
		"an Ethereum address":    "Please pay to 0x52908400098527886E0F7030069857D2E4169EE7",
		"a phone number":         "We are open. Call +44 20 7946 0958 for a refund.",
		"another phone number":   "We are open. The repair desk is at 030-901821.",
		"look-alike letters":     "We are open. Log in at pаypаl to get your refund.",
		"a look-alike link":      "We are open, see shop․example for more.",
		"a link in words":        "We are open. Write to help (at) evil dot example",
		"invisible letters":      "We are op\u200ben\u202e from nine to six.",
	} {
		t.Run(name, func(t *testing.T) {
			w, say := worded(t)
			say(text)
			w.said(w.net.Mention("outlet", ann, "are you open? is it 77% off?"))
			all := w.texts("outlet")
			if len(all) > 1 || len(all) == 1 && !strings.Contains(all[0], "We are there from nine to six.") {
				t.Errorf("in public: %q", all)
			}
		})
	}
}

// TestModelKeepsToItsSources: what they say may be said in other words.
func TestModelKeepsToItsSources(t *testing.T) {
	for _, text := range []string{"Good morning! Yes, from nine to six.",
		"Bring it back within 30 days, or ask the repair desk: 030-901820.", "当然，我们九点到六点都在。"} {
		w, say := worded(t)
		say(text)
		w.said(w.net.Mention("outlet", ann, "are you open?"))
		if all := w.texts("outlet"); len(all) != 1 || !strings.Contains(all[0], text) {
			t.Errorf("got %q, want %q", all, text)
		}
	}
}

// TestModelThinksLong: what happens while the model thinks counts when the answer is decided.
func TestModelThinksLong(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(t *testing.T, w *world)
		reason    string
	}{
		"the campaign is paused": {func(t *testing.T, w *world) {
			if _, err := w.Acts.Halt(t.Context(), "campaign", "service", "a mistake", "bob", true); err != nil {
				t.Error(err)
			}
		}, "is paused"},
		"the person opts out elsewhere": {func(t *testing.T, w *world) {
			if err := w.DB.Write(t.Context(), func(tx *sql.Tx) error {
				_, err := tx.Exec(`INSERT INTO optouts (person, at, source) SELECT person, 0, 'a list' FROM mentions`)
				return err
			}); err != nil {
				t.Error(err)
			}
		}, "has opted out"},
	} {
		t.Run(name, func(t *testing.T) {
			w, say := worded(t)
			say("Yes, from nine to six.", func() { c.meanwhile(t, w) })
			m := w.said(w.net.Mention("outlet", ann, "are you open?"))
			if all := w.texts("outlet"); len(all) > 0 {
				t.Errorf("it says %q", all)
			}
			if m.State != inbox.Desk || !strings.Contains(m.Reason, c.reason) {
				t.Errorf("the mention is %s: %s", m.State, m.Reason)
			}
		})
	}
}

// TestModelForAnotherRule: where another rule is to answer in the end, it does, in its own words.
func TestModelForAnotherRule(t *testing.T) {
	w, say := worded(t)
	w.edit(map[string]string{"campaigns/zz.yaml": "title: More\nsteps:\n  more:\n    accounts: [outlet]\n    mention: {says: [open]}\n" +
		"    say: tip\n"})
	say("Yes, from nine to six.", func() {
		if _, err := w.Acts.Halt(t.Context(), "campaign", "service", "a mistake", "bob", true); err != nil {
			t.Error(err)
		}
	})
	sent := w.net.Mention("outlet", ann, "are you open?")
	w.said(sent)
	m := w.said(sent) // decided again, a second later
	if all := w.texts("outlet"); m.State != inbox.Answered || m.Rule != "zz/more" || len(all) != 1 || strings.Contains(all[0], "nine") {
		t.Errorf("%s by %s (%s): %q", m.State, m.Rule, m.Reason, all)
	}
}
