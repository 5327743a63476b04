package answer

import (
	"testing"
	"time"

	"magpie/internal/scalar"
	"magpie/internal/workspace"
)

// TestSpent: a rule answers until the count is reached, for the person first.
func TestSpent(t *testing.T) {
	hour, day := &scalar.Rate{Count: 2, Per: time.Hour}, &scalar.Rate{Count: 9, Per: 24 * time.Hour}
	for name, c := range map[string]struct {
		perPerson, limit    *scalar.Rate
		toPerson, byAccount int
		want                string
	}{
		"no bounds":       {nil, nil, 1000, 1000, ""},
		"one below both":  {hour, day, 1, 8, ""},
		"the person has":  {hour, day, 2, 8, "the rule ask has reached its limit for this person (per_person)"},
		"the account has": {hour, day, 1, 9, "the rule ask has reached its limit for the account (limit)"},
		"both have":       {hour, day, 3, 10, "the rule ask has reached its limit for this person (per_person)"},
	} {
		s := &workspace.Step{Name: "ask", PerPerson: c.perPerson, Limit: c.limit}
		if got := Spent(s, c.toPerson, c.byAccount); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if Guarded(LoopGuard-1) != "" || Guarded(LoopGuard) == "" {
		t.Error("the guard against loops of two bots is elsewhere")
	}
}
