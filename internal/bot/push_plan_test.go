package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"magpie/internal/acts"
	"magpie/internal/agenda"
	"magpie/internal/compose"
	"magpie/internal/outbox"
)

// forecasts of pushes, by kind.
func (w *world) forecasts() map[outbox.Kind]agenda.Forecast {
	w.Helper()
	all, err := w.Agenda.Forecasts(w.Context(), w.now, w.now.AddDate(0, 0, 2))
	w.must(err)
	out := map[outbox.Kind]agenda.Forecast{}
	for _, f := range all {
		if f.Post.Campaign == compose.PushCampaign {
			out[f.Post.Kind] = f
		}
	}
	return out
}

// TestPushesInThePlan: what is pushed for later is in the plan, to whomever it goes.
func TestPushesInThePlan(t *testing.T) {
	w := newWorld(t, day1, replaced("campaigns/segments.yaml", `fans: consents("direct")`, `fans: orders >= 0`))
	ids := w.fans(3, nil)
	w.must(w.Write(t.Context(), optOutOf(ids[2])))
	later := w.now.Add(3 * time.Hour)
	for _, x := range []acts.Push{{Text: "Hello all."}, {Text: "{{name}}: {{code}}", Offer: "bf", Segment: "fans"},
		{Text: "Hello you.", Person: "fan1@s.example"}} {
		x.Account, x.Who, x.At = "outlet", "ann", later
		_, err := w.Acts.Push(t.Context(), x)
		w.must(err)
	}
	all := w.forecasts()
	if len(all) != 3 {
		t.Fatalf("got %+v", all)
	}
	f := all[outbox.Segment]
	if f.To != 2 || f.LeftOut["has opted out"] != 1 || f.Codes == nil || f.Codes.Needed != 2 || f.Problem != "" || f.LastOut.IsZero() {
		t.Errorf("to the segment: %+v", f)
	}
	if f := all[outbox.Direct]; f.To != 1 || !strings.HasSuffix(f.Text, "Hello you.") || !f.At.Equal(later) {
		t.Errorf("to one: %+v", f)
	}
}

// TestOutlookByPace: a post for which the pace has no room is said to wait, and until when.
func TestOutlookByPace(t *testing.T) {
	w := newWorld(t, day1, replaced("accounts/outlet.yaml", "network: mastodon", "network: mastodon\npace: {posts: 2/hour}"))
	var last *acts.Pushed
	for i := range 3 {
		var err error
		last, err = w.Acts.Push(t.Context(), acts.Push{Account: "outlet", Text: fmt.Sprintf("Number %d.", i), Who: "ann"})
		w.must(err)
		w.step(w.now.Add(time.Minute))
	}
	p, err := outbox.One(t.Context(), w.DB.Read, last.Post.ID)
	w.must(err)
	if says, err := w.Agenda.Outlook(t.Context(), p); err != nil || !strings.Contains(says, "waits for the pace of outlet (2/hour)") ||
		!strings.Contains(says, w.now.Add(58*time.Minute).In(w.Set().Accounts["outlet"].Timezone.Location).Format("15:04")) {
		t.Errorf("%q, %v", says, err)
	}
	if f := w.forecasts()[outbox.Public]; f.Post == nil || f.Waits == "" {
		t.Errorf("it is not in the plan any more: %+v", f)
	}
}
