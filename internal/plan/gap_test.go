package plan

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// gaps are mornings on which the clock goes forward, by zone: an hour at two, an hour
// at midnight, half an hour, and at two in the south.
var gaps = map[string]time.Time{
	"America/New_York":    time.Date(2027, 3, 14, 7, 0, 0, 0, time.UTC),
	"Europe/Berlin":       time.Date(2027, 3, 28, 1, 0, 0, 0, time.UTC),
	"America/Santiago":    time.Date(2027, 9, 5, 4, 0, 0, 0, time.UTC),
	"Australia/Lord_Howe": time.Date(2027, 10, 2, 15, 30, 0, 0, time.UTC),
}

// around are the wall clock times of what goes out from an hour before a gap to an hour
// and a half after it.
func around(t *testing.T, zone, cron string) string {
	t.Helper()
	set := one(zone, cron, 0, "", "")
	at := gaps[zone]
	_, before := at.Add(-time.Second).In(set.Accounts["a"].Timezone.Location).Zone()
	_, after := at.In(set.Accounts["a"].Timezone.Location).Zone()
	if after <= before {
		t.Fatalf("in %s the clock does not go forward at %s", zone, at)
	}
	var out []string
	for _, o := range Between(set, at.Add(-time.Hour), at.Add(90*time.Minute)) {
		out = append(out, o.At.In(set.Accounts["a"].Timezone.Location).Format("15:04"))
	}
	return strings.Join(out, " ")
}

// What comes every hour anyway is not made up for when an hour is left out; what comes
// once a day is.
func TestGaps(t *testing.T) {
	for zone, lines := range map[string]map[string]string{
		"America/New_York": {
			"*/15 * * * *": "01:00 01:15 01:30 01:45 03:00 03:15 03:30 03:45 04:00 04:15", "0 * * * *": "01:00 03:00 04:00",
			"30 * * * *": "01:30 03:30",
			"30 2 * * *": "03:00", "0 3 * * *": "03:00", "0 2,3 * * *": "03:00", "*/20 2 * * *": "03:00",
			"0,30 1-3 * * *":  "01:00 01:30 03:00 03:30",
			"*/30 2-23 * * *": "03:00 03:30 04:00", "@hourly": "01:00 03:00 04:00"},
		"Europe/Berlin": {
			"*/15 * * * *": "01:00 01:15 01:30 01:45 03:00 03:15 03:30 03:45 04:00 04:15", "0 * * * *": "01:00 03:00 04:00",
			"5 2 * * *": "03:00", "59 2,3 * * *": "03:00 03:59"},
		"America/Santiago": {
			"*/15 * * * *": "23:00 23:15 23:30 23:45 01:00 01:15 01:30 01:45 02:00 02:15", "0 * * * *": "23:00 01:00 02:00",
			"@daily": "01:00", "0 0,1 * * *": "01:00"},
		"Australia/Lord_Howe": {
			"*/15 * * * *": "01:00 01:15 01:30 01:45 02:30 02:45 03:00 03:15 03:30 03:45", "0 * * * *": "01:00 03:00",
			"15 * * * *": "01:15 03:15", "15 2 * * *": "02:30",
			"0,30 2 * * *": "02:30", "*/10 2 * * *": "02:30 02:40 02:50"},
	} {
		for line, want := range lines {
			if d := cmp.Diff(want, around(t, zone, line)); d != "" {
				t.Errorf("%s, %s:\n%s", zone, line, d)
			}
		}
	}
}

// TestNeverTwiceAtOnce holds the law that a step says one thing at a time on an account,
// and that a day on which it is due is never left out.
func TestNeverTwiceAtOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(slices.Sorted(maps.Keys(gaps))).Draw(t, "zone")
		minute := rapid.SampledFrom([]string{"*/15", "*/7", "0", "0,30", "*", "59", "10-20"}).Draw(t, "minute")
		hour := rapid.SampledFrom([]string{"*", "*/2", "2", "0", "0-3", "1,2,3", "2,14", "22-23"}).Draw(t, "hour")
		set := one(zone, minute+" "+hour+" * * *", 0, "", "")
		from := gaps[zone].Add(-time.Duration(rapid.IntRange(24, 48).Draw(t, "before")) * time.Hour)
		days, last := map[string]bool{}, time.Time{}
		for _, o := range Between(set, from, from.Add(72*time.Hour)) {
			if o.At.Equal(last) {
				t.Fatalf("two at %s", last.In(set.Accounts["a"].Timezone.Location))
			}
			last = o.At
			days[o.At.In(set.Accounts["a"].Timezone.Location).Format(time.DateOnly)] = true
		}
		for _, h := range []time.Duration{24, 48} { // the days in the middle are whole
			if day := from.Add(h * time.Hour).In(set.Accounts["a"].Timezone.Location).Format(time.DateOnly); !days[day] {
				t.Fatalf("nothing on %s", day)
			}
		}
	})
}
