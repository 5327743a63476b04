// Package pause holds what is halted, by whom and why: everything, an account, a campaign;
// an account that is signed out; the codes of an offer. A pause is no state of a post: it takes
// effect at once, also on posts that do not exist yet, and lifting it touches none.
package pause

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"magpie/internal/audit"
	"magpie/internal/store"
)

// What a pause may halt.
const (
	Everything = "all"
	Account    = "account"
	Campaign   = "campaign"
	SignedOut  = "signed out" // an account whose credentials are refused
	Codes      = "codes"      // of an offer, after a restore
)

// Set halts posts. scope is all, account or campaign.
func Set(ctx context.Context, db *store.DB, scope, name, reason, who string, now time.Time) (fresh bool, err error) {
	err = db.Write(ctx, func(tx *sql.Tx) error {
		fresh, err = SetIn(ctx, tx, scope, name, reason, who, now)
		return err
	})
	return fresh, err
}

// SetIn is Set in a transaction.
func SetIn(ctx context.Context, tx *sql.Tx, scope, name, reason, who string, now time.Time) (fresh bool, err error) {
	fresh, err = store.Changed(tx.ExecContext(ctx, `INSERT INTO pauses (scope, name, reason, who, at)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		scope, name, reason, who, store.Ms(now)))
	if err != nil || !fresh {
		return fresh, err
	}
	return true, audit.Record(ctx, tx, now, who, "paused", scope+" "+name, reason)
}

// Lift ends a pause.
func Lift(ctx context.Context, db *store.DB, scope, name, who string, now time.Time) (was bool, err error) {
	err = db.Write(ctx, func(tx *sql.Tx) error {
		was, err = store.Changed(tx.ExecContext(ctx, `DELETE FROM pauses WHERE scope = $1 AND name = $2`, scope, name))
		if err != nil || !was {
			return err
		}
		return audit.Record(ctx, tx, now, who, "resumed", scope+" "+name, "")
	})
	return was, err
}

// SignedIn lifts the halt of an account that was signed out at the time halt
// (0: it was not), and tells whether the account is free now.
func SignedIn(ctx context.Context, tx *sql.Tx, account string, halt int64, now time.Time) (free bool, err error) {
	lifted, err := store.Changed(tx.ExecContext(ctx, `DELETE FROM pauses WHERE scope = 'signed out' AND name = $1 AND at = $2`, account, halt))
	if err != nil {
		return false, err
	}
	if lifted {
		if err := audit.Record(ctx, tx, now, audit.Bot, "resumed", "signed out "+account, ""); err != nil {
			return false, err
		}
	}
	err = tx.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM pauses WHERE scope = 'signed out' AND name = $1)`, account).Scan(&free)
	return free, err
}

// SignInAll lifts the halts of all accounts that are signed out, on a copy to try things with.
func SignInAll(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM pauses WHERE scope = 'signed out'`)
	return err
}

// Row is one pause in force.
type Row struct {
	Scope, Name, Reason, Who string
	At                       time.Time
}

// Halts tells whether a person halted the posts of an account, or of a campaign, by it. Either may be empty.
func (r Row) Halts(account, campaign string) bool {
	return r.Scope == Everything || r.Scope == Account && r.Name == account || r.Scope == Campaign && r.Name == campaign
}

// Says tells what is paused, by whom and why, and how that ends.
func (r Row) Says() string {
	what := strings.TrimSpace(r.Scope + " " + r.Name)
	ends := "magpie resume " + what
	switch r.Scope {
	case SignedOut:
		ends = "magpie accounts login " + r.Name
	case Codes:
		ends = "magpie coupons release " + r.Name
	}
	why := ""
	if r.Reason != "" {
		why = " (" + r.Reason + ")"
	}
	return fmt.Sprintf("%s, by %s%s: %s", what, r.Who, why, ends)
}

// All are those in force.
func All(ctx context.Context, q store.Querier) (out []Row, err error) {
	rows, err := q.QueryContext(ctx, `SELECT scope, name, reason, who, at FROM pauses ORDER BY at`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r Row
		var at int64
		if err := rows.Scan(&r.Scope, &r.Name, &r.Reason, &r.Who, &at); err != nil {
			return nil, err
		}
		r.At = store.Time(at)
		out = append(out, r)
	}
	return out, rows.Err()
}

// Unhalted is a condition on the columns account and campaign of a table of posts: neither
// everything, nor the account, nor the campaign is halted by a person.
func Unhalted(table string) string {
	return fmt.Sprintf(`NOT EXISTS (SELECT 1 FROM pauses z WHERE z.scope = 'all' OR z.scope = 'account' AND z.name = %s.account
	OR z.scope = 'campaign' AND z.name = %s.campaign)`, table, table)
}

// CampaignUnhalted is a condition on the column campaign of a table of posts.
func CampaignUnhalted(table string) string {
	return `NOT EXISTS (SELECT 1 FROM pauses z WHERE z.scope = 'campaign' AND z.name = ` + table + `.campaign)`
}

// Halts is a condition with a placeholder for an account, $first: something halts all its posts.
func Halts(first int) string {
	return fmt.Sprintf(`EXISTS (SELECT 1 FROM pauses WHERE scope = 'all' OR scope IN ('account', 'signed out') AND name = $%d)`, first)
}

// Halted tells whether everything or the account is halted, for whatever reason.
func Halted(ctx context.Context, q store.Querier, account string) (yes bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pauses WHERE scope = 'all' OR scope IN ('account', 'signed out')
		AND name = $1)`,
		account).Scan(&yes)
	return yes, err
}

// SignedOutAt is when an account was signed out, in milliseconds; 0 if it is not.
func SignedOutAt(ctx context.Context, q store.Querier, account string) (at int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT COALESCE(max(at), 0) FROM pauses WHERE scope = 'signed out' AND name = $1`, account).Scan(&at)
	return at, err
}

// Is tells whether something is halted.
func Is(ctx context.Context, q store.Querier, scope, name string) (yes bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pauses WHERE scope = $1 AND name = $2)`, scope, name).Scan(&yes)
	return yes, err
}

// LiftIn ends a pause in a transaction, without a word in the log of what was done.
func LiftIn(ctx context.Context, tx *sql.Tx, scope, name string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM pauses WHERE scope = $1 AND name = $2`, scope, name)
	return err
}

// Campaigns are those that are paused, by name.
func Campaigns(ctx context.Context, q store.Querier) ([]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT name FROM pauses WHERE scope = 'campaign'`)
	if err != nil {
		return nil, err
	}
	return store.Column[string](rows)
}
