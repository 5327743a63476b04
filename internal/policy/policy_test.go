package policy

import (
	"testing"
	"time"
)

// Every rule says all that a person needs, and its id is its own.
func TestRulesAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range All("") {
		if r.ID == "" || seen[r.ID] || len(r.Networks) == 0 || r.Rule == "" || r.Source == "" || len(r.Where) == 0 || r.Way == "" {
			t.Errorf("%+v", r)
		}
		if _, err := time.Parse(time.DateOnly, r.Date); err != nil {
			t.Errorf("%s: %v", r.ID, err)
		}
		seen[r.ID] = true
	}
	if len(All("weibo")) >= len(All("")) || len(All("weibo")) == 0 {
		t.Error("a network's rules are some of all")
	}
	if Of("stop").ID != "stop" {
		t.Error("no rule stop")
	}
}
