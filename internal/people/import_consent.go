package people

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"magpie/internal/audit"
	"magpie/internal/sheet"
	"magpie/internal/store"
	"magpie/internal/suggest"
)

// agreed is what a row of a customer list says about consent to private messages: for which accounts, when and where it was given.
type agreed struct {
	accounts []string
	at       time.Time
	where    string
}

// readAgreed reads the columns consent, consent_at and consent_source. A consent of which nobody can say when and where it was given is
// none.
func readAgreed(get func(string) string) (a agreed, err error) {
	if a.accounts = words(get("consent")); len(a.accounts) == 0 {
		return a, nil
	}
	a.where = store.Cut(store.Text(get("consent_source")), nameMost)
	day := get("consent_at")
	if day == "" || a.where == "" {
		return a, errors.New("consent: say when it was given, in the column consent_at (2026-05-01), and where, in consent_source " +
			"(the form in the shop)")
	}
	if a.at, err = sheet.Day(day); err != nil {
		return a, fmt.Errorf("consent_at: %w", err)
	}
	return a, nil
}

// checkAgreed looks whether the accounts are ours, and the time has been.
func (b *Book) checkAgreed(a agreed, now time.Time) error {
	if a.at.After(now) {
		return fmt.Errorf("consent_at: %s is yet to come", a.at.Format(time.DateOnly))
	}
	if b.Accounts == nil {
		return nil
	}
	ours := b.Accounts()
	for _, name := range a.accounts {
		if !slices.Contains(ours, name) {
			return fmt.Errorf("consent: no account %q (%s): name the accounts that may write to this person", name, suggest.Hint(name,
				ours))
		}
	}
	return nil
}

// agree notes a consent that a list tells of, unless the person has said later that they want to be left alone, or has opted out: only they
// themselves can take that back.
func (w *writer) agree(ctx context.Context, person int64, fresh bool, a agreed, out *Imported) error {
	if len(a.accounts) == 0 {
		return nil
	}
	if !fresh { // else nobody has heard of them before
		later, err1 := StoppedSince(ctx, w.tx, person, a.at)
		left, err2 := OptedOut(ctx, w.tx, person)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		if later || left {
			out.Left++
			return nil
		}
	}
	for _, account := range a.accounts {
		noted, err := store.Changed(w.consent.ExecContext(ctx, person, account, store.Ms(a.at), "a list: "+a.where))
		if err != nil {
			return err
		}
		if noted {
			out.Consents++
		}
	}
	return nil
}

// record notes how many consents a transaction has taken from a list; each has its own time and place.
func (w *writer) record(ctx context.Context, consents int) error {
	if consents == 0 {
		return nil
	}
	return audit.Record(ctx, w.tx, w.now, "people import", "consents noted", "people", fmt.Sprintf("%d from a list", consents))
}

// words are the parts of a cell that holds several.
func words(cell string) []string {
	return strings.FieldsFunc(cell, separates)
}
