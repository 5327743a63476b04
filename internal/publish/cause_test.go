package publish_test

import (
	"database/sql"
	"io/fs"
	"strings"
	"testing"

	"magpie/internal/network"
	"magpie/internal/outbox"
)

// A database from before the causes gets them from the words that stood for them.
func TestCausesOfOldRows(t *testing.T) {
	w := newWorld(t, network.Blind)
	old := map[string]struct {
		state  outbox.State
		kind   outbox.Kind
		reason string
		want   outbox.Cause
	}{
		"gone":    {outbox.Withdrawn, outbox.Public, "the step is no longer in the files", outbox.Gone},
		"byhand":  {outbox.Withdrawn, outbox.Answer, "somebody has answered by hand", outbox.ByHand},
		"codes":   {outbox.Planned, outbox.Segment, "the offer's codes are on hold: a backup was put back", outbox.CodesHeld},
		"bound":   {outbox.Planned, outbox.Public, "the account's budget of 5 USD a month is used up", outbox.OwnBound},
		"picture": {outbox.Planned, outbox.Public, "the server is still working on the picture a.png", outbox.Pictures},
		"other":   {outbox.Planned, outbox.Public, "the server is busy", ""},
		"sent":    {outbox.Sent, outbox.Public, "", ""},
	}
	for key, o := range old {
		p := w.add(key, func(p *outbox.Post) { p.Kind = o.kind })
		w.exec(`UPDATE posts SET state = $1, reason = $2 WHERE id = $3`, o.state, o.reason, p.ID)
	}
	text, err := fs.ReadFile(outbox.Migrations(), "00027_causes.sql")
	w.must(err)
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "UPDATE") {
			w.exec(strings.TrimSuffix(line, ";"))
		}
	}
	for key, o := range old {
		if got := w.post(key).Cause; got != o.want {
			t.Errorf("%s: the cause is %q, want %q", key, got, o.want)
		}
	}
}

func (w *world) exec(statement string, args ...any) {
	w.Helper()
	w.must(w.db.Write(w.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(statement, args...)
		return err
	}))
}
