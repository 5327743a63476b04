package plan

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"magpie/internal/scalar"
	"magpie/internal/workspace"
)

// one is a workspace with one step.
func one(zone, cron string, jitter time.Duration, from, until string) *workspace.Set {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	c := &workspace.Campaign{Name: "c"}
	if from != "" {
		f, _ := time.Parse(time.DateOnly, from)
		u, _ := time.Parse(time.DateOnly, until)
		c.From, c.Until = &scalar.Date{Time: f}, &scalar.Date{Time: u}
	}
	c.Steps = workspace.Steps{{Name: "s", Campaign: c, Accounts: []string{"a"}, Schedule: "x"}}
	return &workspace.Set{
		Campaigns: map[string]*workspace.Campaign{"c": c},
		Accounts:  map[string]*workspace.Account{"a": {Name: "a", Timezone: scalar.Zone{Location: loc, Name: zone}}},
		Schedules: map[string]*workspace.Schedule{"x": {Cron: cron, Jitter: scalar.Duration(jitter)}},
	}
}

func at(t *testing.T, s string) time.Time {
	t.Helper()
	x, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestClockChanges(t *testing.T) {
	for _, c := range []struct {
		name, zone, cron, from, to string
		want                       []string
	}{
		{"a day of 23 hours", "America/Chicago", "0 9 * * *", "2027-03-13T12:00:00Z", "2027-03-15T18:00:00Z",
			[]string{"2027-03-13 09:00 = 2027-03-13T15:00:00Z", "2027-03-14 09:00 = 2027-03-14T14:00:00Z",
				"2027-03-15 09:00 = 2027-03-15T14:00:00Z"}},
		{"an hour that is left out", "America/Chicago", "30 2 * * *", "2027-03-14T00:00:00Z", "2027-03-15T00:00:00Z",
			[]string{"2027-03-14 02:30 = 2027-03-14T08:00:00Z"}},
		{"an hour that comes twice", "America/Chicago", "30 1 * * *", "2027-11-07T00:00:00Z", "2027-11-08T00:00:00Z",
			[]string{"2027-11-07 01:30 = 2027-11-07T06:30:00Z"}},
		{"half an hour of change", "Australia/Lord_Howe", "15 2 * * *", "2027-10-02T00:00:00Z", "2027-10-03T00:00:00Z",
			[]string{"2027-10-03 02:15 = 2027-10-02T15:30:00Z"}},
		{"the end of a month", "Asia/Shanghai", "0 0 31 * *", "2027-01-15T00:00:00Z", "2027-04-15T00:00:00Z",
			[]string{"2027-01-31 00:00 = 2027-01-30T16:00:00Z", "2027-03-31 00:00 = 2027-03-30T16:00:00Z"}},
		{"a leap day", "UTC", "0 12 29 2 *", "2027-01-01T00:00:00Z", "2029-01-01T00:00:00Z", []string{"2028-02-29 12:00 = 2028-02-29T12:00:00Z"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, o := range Between(one(c.zone, c.cron, 0, "", ""), at(t, c.from), at(t, c.to)) {
				got = append(got, o.Wall+" = "+o.At.UTC().Format(time.RFC3339))
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestCampaignDaysAreTheAccounts(t *testing.T) {
	set := one("Asia/Shanghai", "0 0,23 * * *", 0, "2027-11-25", "2027-11-25")
	var got []string
	for _, o := range Between(set, at(t, "2027-11-20T00:00:00Z"), at(t, "2027-11-30T00:00:00Z")) {
		got = append(got, o.Wall)
	}
	if d := cmp.Diff([]string{"2027-11-25 00:00", "2027-11-25 23:00"}, got); d != "" {
		t.Error(d)
	}
}

// TestHalves holds the law Between(a,c) = Between(a,b) + Between(b,c).
func TestHalves(t *testing.T) {
	zones := []string{"UTC", "America/Chicago", "Asia/Shanghai", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Tehran"}
	rapid.Check(t, func(t *rapid.T) {
		set := one(rapid.SampledFrom(zones).Draw(t, "zone"),
			rapid.SampledFrom([]string{"*/20 * * * *", "30 1,2,3 * * *", "0 0 1 * *", "59 23 * * SUN", "0 9 * * MON-FRI"}).Draw(t, "cron"),
			time.Duration(rapid.IntRange(0, 7200).Draw(t, "jitter"))*time.Second, "", "")
		start := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
		a := start.Add(time.Duration(rapid.IntRange(0, 365*86400).Draw(t, "a")) * time.Second)
		b := a.Add(time.Duration(rapid.IntRange(0, 5*86400).Draw(t, "b")) * time.Second)
		c := b.Add(time.Duration(rapid.IntRange(0, 5*86400).Draw(t, "c")) * time.Second)
		whole := keys(Between(set, a, c))
		halves := append(keys(Between(set, a, b)), keys(Between(set, b, c))...)
		if d := cmp.Diff(whole, halves); d != "" {
			t.Fatal(d)
		}
		seen := map[string]bool{}
		for _, k := range whole {
			if seen[k] {
				t.Fatalf("%s comes twice", k)
			}
			seen[k] = true
		}
	})
}

func keys(all []Occurrence) []string {
	out := []string{}
	for _, o := range all {
		out = append(out, fmt.Sprint(o.Key(), " ", o.At.Unix()))
	}
	return out
}
