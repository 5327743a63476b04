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

// TestOverduePushes: what is due and waits goes out from now on; the plan says so, and what becomes too late by that.
func TestOverduePushes(t *testing.T) {
	w := newWorld(t, "2027-11-26 10:00", replaced("accounts/outlet.yaml", "network: mastodon", "network: mastodon\n"+
		"pace: {posts: 1/hour}\nquiet: 22:00-08:00"))
	began := w.now
	for i := range 3 {
		_, err := w.Acts.Push(t.Context(), acts.Push{Account: "outlet", Text: fmt.Sprintf("Number %d.", i), Who: "ann"})
		w.must(err)
	}
	w.now = w.now.Add(10 * time.Minute)
	_, err := w.Acts.Push(t.Context(), acts.Push{Account: "outlet", Text: "The fourth.", Who: "ann", At: w.now.Add(5 * time.Minute)})
	w.must(err)
	all, err := w.Agenda.Forecasts(t.Context(), w.now, w.now.AddDate(0, 0, 1))
	w.must(err)
	zone := w.Set().Accounts["outlet"].Timezone.Location
	var got []string
	for _, f := range all {
		if f.Post.Campaign == compose.PushCampaign {
			got = append(got, f.Waits+f.Problem)
		}
	}
	want := []string{"", w.now.Add(time.Hour).In(zone).Format("15:04"), w.now.Add(2 * time.Hour).In(zone).Format("15:04"), "too late"}
	if len(got) != 4 || began.After(w.now) {
		t.Fatalf("got %q", got)
	}
	for i, x := range want {
		if (x == "") != (got[i] == "") || !strings.Contains(got[i], x) {
			t.Errorf("%d: %q, want %q", i, got[i], x)
		}
	}
}

// TestPushToNoSegment: a push whose segment has left the files is said not to go out.
func TestPushToNoSegment(t *testing.T) {
	w := newWorld(t, day1, nil)
	w.fans(2, nil)
	_, err := w.Acts.Push(t.Context(), acts.Push{Account: "outlet", Text: "Hello.", Segment: "fans", Who: "ann", At: w.now.Add(time.Hour)})
	w.must(err)
	f := w.forecasts()[outbox.Segment]
	if f.To != 2 || f.Problem != "" {
		t.Errorf("before: %+v", f)
	}
	changed := replaced("campaigns/segments.yaml", "fans:", "friends:")
	changed["campaigns/bf.yaml"] = strings.Replace(files["campaigns/bf.yaml"], "segment: fans", "segment: friends", 1)
	w.edit(changed)
	if f := w.forecasts()[outbox.Segment]; !strings.Contains(f.Problem, "the segment fans is no longer in the files") {
		t.Errorf("after: %+v", f)
	}
}

// TestPlanOfMailings: mailings of an account share its pace, and those that are being sent are in the plan until the last post is out.
func TestPlanOfMailings(t *testing.T) {
	w := newWorld(t, "2027-11-26 10:00", replaced("accounts/outlet.yaml", "network: mastodon", "network: mastodon\npace: {direct: 4/hour}"))
	w.fans(10, nil)
	push := func(text string, at time.Time) string {
		x, err := w.Acts.Push(t.Context(), acts.Push{Account: "outlet", Text: text, Segment: "fans", Who: "ann", At: at})
		w.must(err)
		return x.Post.ID
	}
	first := push("The first.", time.Time{})
	second := push("The second.", w.now.Add(30*time.Minute))
	found := func(id string) (f agenda.Forecast) {
		all, err := w.Agenda.Forecasts(t.Context(), w.now, w.now.AddDate(0, 0, 1))
		w.must(err)
		for _, x := range all {
			if x.Post.ID == id {
				f = x
			}
		}
		return f
	}
	began := w.now
	if f := found(first); f.To != 10 || !f.LastOut.Equal(began.Add(2*time.Hour)) {
		t.Errorf("the first: %+v", f)
	}
	if f := found(second); f.To != 10 || !f.LastOut.Equal(began.Add(4*time.Hour)) {
		t.Errorf("the second, which waits for the first: %+v", f)
	}
	w.step(w.now.Add(time.Second))
	if f := found(first); f.Still != 6 || f.To != 0 || f.LastOut.Sub(began).Round(time.Minute) != 2*time.Hour {
		t.Errorf("the first, as it goes out: %+v", f)
	}
	w.step(w.now.Add(3 * time.Hour))
	w.step(w.now.Add(3 * time.Hour))
	if f := found(first); f.Post != nil {
		t.Errorf("the first is out, and in the plan: %+v", f)
	}
}
