package bot

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/agenda"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

// night is a workspace with something to say in every hour of the night.
var night = map[string]string{
	"campaigns/tips.yaml": `title: Tips
steps:
  tip:
    accounts: [outlet]
    cron: "30 0-4 * * *"
    say: tip
  noon:
    accounts: [home]
    cron: "0 12 * * *"
    say: hours
`,
	"campaigns/bf.yaml": strings.NewReplacer("from: 2027-11-20\n", "", "until: 2027-11-30\n", "").Replace(without("tease")),
}

// TestRehearseIsThePlan: what arrives in a rehearsal is what the plan says,
// when the clocks change as well.
func TestRehearseIsThePlan(t *testing.T) {
	for name, c := range map[string]struct {
		from  string
		posts int
		walls []string // of the outlet's tips on the night of the change, in UTC
	}{
		"spring": {"2027-03-12 12:00", 23, []string{"06:30", "07:30", "08:30", "09:30"}},          // 2:30 does not exist, and 3:30 comes anyway
		"autumn": {"2027-11-05 12:00", 23, []string{"05:30", "06:30", "08:30", "09:30", "10:30"}}, // 1:30 comes twice: once
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, c.from, night)
			from, to := w.now, w.now.Add(4*24*time.Hour)
			plan, err := w.Agenda.Forecasts(t.Context(), from, to)
			w.must(err)
			var want []string
			for _, f := range plan {
				if f.Problem != "" {
					t.Errorf("%s: %s", f.Post.Key, f.Problem)
				}
				want = append(want, fmt.Sprintf("%s %s %s", f.At.UTC().Format("2006-01-02 15:04"), f.Account.Name, f.Text))
			}
			r, err := Rehearse(t.Context(), w.Dir, w.Options.Database, from, to)
			w.must(err)
			var got, changed []string
			for account, posts := range r.Arrived {
				for _, p := range posts {
					at := p.At.UTC().Format("2006-01-02 15:04")
					got = append(got, fmt.Sprintf("%s %s %s", at, account, p.Text))
					if account == "outlet" && strings.HasPrefix(at, from.Add(48*time.Hour).UTC().Format("2006-01-02")) {
						changed = append(changed, at[11:])
					}
				}
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) || len(got) != c.posts {
				t.Errorf("%d arrived:\n%s\n%d were planned:\n%s", len(got), strings.Join(got, "\n"), len(want), strings.Join(want, "\n"))
			}
			if !slices.Equal(changed, c.walls) {
				t.Errorf("in the night of the change at %v, want %v", changed, c.walls)
			}
			if len(r.Missed) != 0 {
				t.Errorf("missed: %+v", r.Missed)
			}
		})
	}
}

// TestRehearseLeavesNoTrace: the real database and the real network are as
// they were.
func TestRehearseLeavesNoTrace(t *testing.T) {
	w := newWorld(t, "2027-11-25 08:00", careful())
	w.fans(3, nil)
	rows := func() string {
		var coupons, told int
		w.must(w.DB.Read.QueryRow(`SELECT (SELECT count(*) FROM coupons), (SELECT count(*) FROM audit)`).Scan(&coupons, &told))
		s := fmt.Sprint(coupons, told)
		for _, p := range w.posts(`1 = 1 ORDER BY key`) {
			s += fmt.Sprint(" ", p.Key, p.State)
		}
		return s
	}
	before := rows()
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	r, err := Rehearse(t.Context(), w.Dir, w.Options.Database, w.now, w.now.Add(48*time.Hour))
	w.must(err)
	if rows() != before || len(w.net.Posts("outlet")) != 0 {
		t.Error("something has changed")
	}
	direct := 0
	for _, p := range r.Arrived["outlet"] {
		if p.Direct {
			direct++
		}
	}
	if direct != 3 || len(r.Arrived["outlet"]) != 3+1+2 { // fans, tease, two tips: approval counts as given
		t.Errorf("%d arrived, %d direct", len(r.Arrived["outlet"]), direct)
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if storetest.OnPostgres() {
		return
	}
	if unlock, err := store.Lock(w.Options.Database); err != nil {
		t.Error(err)
	} else {
		unlock()
	}
}

// TestForecast counts who gets it, who does not and why, codes, and the end.
func TestForecast(t *testing.T) {
	w := newWorld(t, "2027-11-25 08:00", map[string]string{
		"accounts/outlet.yaml":    files["accounts/outlet.yaml"] + "pace:\n  direct: 2/hour\n",
		"campaigns/segments.yaml": "fans: orders >= 0\nfollowers: follows(\"outlet\")\n",
		"campaigns/bf.yaml": strings.Replace(files["campaigns/bf.yaml"], "by: direct}\n",
			"by: direct}\n    finish_by: 2027-11-26 13:30\n", 1)})
	ids := w.fans(7, nil)
	w.must(w.Write(t.Context(), optOutOf(ids[0])))
	w.must(w.Write(t.Context(), meets(w, network.Person{ID: "stranger", Handle: "stranger@x"})))
	all, err := w.Agenda.Forecasts(t.Context(), at(t, "2027-11-26 00:00"), at(t, "2027-11-27 00:00"))
	w.must(err)
	i := slices.IndexFunc(all, func(f agenda.Forecast) bool { return f.Post.Step == "fans" })
	if i < 0 || len(all) != 3 {
		t.Fatalf("got %+v", all)
	}
	f := all[i]
	if f.To != 6 || f.LeftOut["has opted out"] != 1 || f.LeftOut["has not consented to messages from this account"] != 1 ||
		len(f.LeftOut) != 2 {
		t.Errorf("to %d, left out %v", f.To, f.LeftOut)
	}
	if *f.Codes != (agenda.Codes{Offer: "bf", Needed: 6, Left: 50, Bounded: true}) {
		t.Errorf("codes %+v", f.Codes)
	}
	if !f.LastOut.Equal(at(t, "2027-11-26 13:00")) || f.Misses {
		t.Errorf("last out %v", f.LastOut)
	}
	if !strings.Contains(f.Text, "Dear Ann") || !f.Size.Fits() || f.State != "planned" || f.At.Format("15:04") != "11:00" {
		t.Errorf("got %+v", f)
	}
	w.fans(9, func(i int, p *network.Person) { p.ID, p.Handle = fmt.Sprint("more", i), fmt.Sprintf("more%d@x", i) })
	again, err := w.Agenda.Forecasts(t.Context(), at(t, "2027-11-26 00:00"), at(t, "2027-11-27 00:00"))
	w.must(err)
	if f := again[i]; f.To != 15 || !f.Misses || !f.LastOut.Equal(at(t, "2027-11-26 18:00")) {
		t.Errorf("to %d, last out %v, misses %v", f.To, f.LastOut, f.Misses)
	}
}

// TestForecastComesTrue: what the forecast says of people is what happens.
func TestForecastComesTrue(t *testing.T) {
	w := newWorld(t, "2027-11-26 08:00", nil)
	w.fans(5, nil)
	all, err := w.Agenda.Forecasts(t.Context(), w.now, w.now.Add(24*time.Hour))
	w.must(err)
	for now := w.now; now.Before(at(t, "2027-11-26 18:00")); now = now.Add(10 * time.Minute) {
		w.step(now)
	}
	for _, f := range all {
		if f.Post.SlotAt.After(w.now) {
			continue
		}
		n := len(w.posts(`(id = $1 OR parent = $2) AND state = 'sent'`, f.Post.ID, f.Post.ID))
		if want := max(f.To, 1); n != want {
			t.Errorf("%s: %d went out, %d were foretold", f.Post.Key, n, want)
		}
	}
	w.is("fans", outbox.Expanded)
}
