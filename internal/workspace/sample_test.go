package workspace_test

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"magpie/internal/scalar"
	"magpie/internal/workspace"
)

// The repository's root is the sample workspace.
func TestSample(t *testing.T) {
	if got := told(t, sample); got != "" {
		t.Fatalf("the sample workspace is not clean:\n%s", got)
	}
	set := mustLoad(t, sample)
	if len(set.Accounts) < 4 || len(set.Campaigns) < 4 || len(set.Schedules) < 2 || len(set.Segments) < 3 || len(set.Offers) < 3 {
		t.Errorf("the sample shows too little: %d accounts, %d campaigns, %d schedules, %d segments, %d offers",
			len(set.Accounts), len(set.Campaigns), len(set.Schedules), len(set.Segments), len(set.Offers))
	}
}

// A sample whose days have passed shows nothing: all lie ahead, of today and
// of the newest commit.
func TestSampleLiesAhead(t *testing.T) {
	newest := newestDay(t)
	for what, day := range daysOf(mustLoad(t, sample)) {
		if !day.After(newest) {
			t.Errorf("%s is %s: write a later year", what, day.Format(time.DateOnly))
		}
	}
}

func newestDay(t *testing.T) time.Time {
	now := time.Now()
	out, err := exec.CommandContext(t.Context(), "git", "-C", sample, "log", "-1", "--format=%cI").Output()
	if err != nil {
		return now // no repository here: a source archive
	}
	commit, err := time.Parse(time.RFC3339, strings.TrimSpace(string(out)))
	if err != nil || commit.Before(now) {
		return now
	}
	return commit
}

// daysOf are all days and times in the files, each with where it stands.
func daysOf(s *workspace.Set) map[string]time.Time {
	out := map[string]time.Time{}
	note := func(d *scalar.Date, where string) {
		if d != nil {
			out[where] = d.Time
		}
	}
	for name, o := range s.Offers {
		note(o.Until, "until of the offer "+name)
	}
	for name, x := range s.Schedules {
		for i := range x.Except {
			note(&x.Except[i], "except of the schedule "+name)
		}
	}
	for name, c := range s.Campaigns {
		note(c.From, "from of "+name)
		note(c.Until, "until of "+name)
		for _, step := range c.Steps {
			noteTimes(out, step, name+", step "+step.Name)
		}
	}
	return out
}

func noteTimes(out map[string]time.Time, s *workspace.Step, where string) {
	if s.At != nil {
		out["at of "+where] = s.At.Time
	}
	if s.FinishBy != nil {
		out["finish_by of "+where] = s.FinishBy.Time
	}
}
