package answer

import (
	"errors"
	"testing"
	"time"

	"magpie/internal/scalar"
	"magpie/internal/workspace"
)

// TestSpent: a rule answers until the count is reached, in the span that the file names, for the person first.
func TestSpent(t *testing.T) {
	hour, day := &scalar.Rate{Count: 2, Per: time.Hour}, &scalar.Rate{Count: 9, Per: 24 * time.Hour}
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		perPerson, limit    *scalar.Rate
		toPerson, byAccount int
		fails               error
		want                string
	}{
		"no bounds":        {nil, nil, 1000, 1000, nil, ""},
		"one below both":   {hour, day, 1, 8, nil, ""},
		"the person has":   {hour, day, 2, 8, nil, "the rule ask has reached its limit for this person (per_person)"},
		"the account has":  {hour, day, 1, 9, nil, "the rule ask has reached its limit for the account (limit)"},
		"both have":        {hour, day, 3, 10, nil, "the rule ask has reached its limit for this person (per_person)"},
		"it can't be read": {hour, nil, 0, 0, broken, "the rule ask has reached its limit for this person (per_person)"},
	} {
		count := func(n int, within time.Duration) func(time.Duration) (int, error) {
			return func(per time.Duration) (int, error) {
				if per != within {
					t.Errorf("%s: counted within %s, not %s", name, per, within)
				}
				return n, c.fails
			}
		}
		s := &workspace.Step{Name: "ask", PerPerson: c.perPerson, Limit: c.limit}
		got, err := Spent(s, count(c.toPerson, time.Hour), count(c.byAccount, 24*time.Hour))
		if got != c.want || !errors.Is(err, c.fails) {
			t.Errorf("%s: %q, %v; want %q", name, got, err, c.want)
		}
	}
	if Guarded(LoopGuard-1) != "" || Guarded(LoopGuard) == "" {
		t.Error("the guard against loops of two bots is elsewhere")
	}
}
