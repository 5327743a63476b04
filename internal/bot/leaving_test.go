package bot

import (
	"fmt"
	"testing"
)

// Accounts that leave the files go; all others stay at work while they do.
func TestAccountsLeaveTheFiles(t *testing.T) {
	added, gone := map[string]string{}, map[string]string{}
	for i := range 6 {
		name := fmt.Sprintf("accounts/more%d.yaml", i)
		added[name] = accountFile("America/Chicago")
		if i < 3 {
			gone[name] = ""
		}
	}
	w := newWorld(t, "2027-11-26 09:00", added)
	before := w.Accounts.Opened()
	w.edit(gone)
	w.must(w.settleIn(t.Context(), nil))
	after := w.Accounts.Opened()
	if len(before) != 8 || len(after) != 5 {
		t.Errorf("%d accounts were at work, then %d", len(before), len(after))
	}
	for name := range w.Set().Accounts {
		if after[name] == nil || after[name] != before[name] {
			t.Errorf("the work for %s was interrupted", name)
		}
	}
}
