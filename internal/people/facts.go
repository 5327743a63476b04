package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"magpie/internal/audit"
	"magpie/internal/locale"
	"magpie/internal/store"
)

// Facts are what a shop says of a customer. What is nil stays as it is.
type Facts struct {
	Name, Language, City, Country, Zone *string
	Tags                                *[]string
	Consent                             []Agreed
}

// Agreed is a consent that the shop was given: to private messages of an account, when and where.
type Agreed struct {
	Account string
	At      time.Time
	Where   string
}

// ErrFacts is why what a shop says can't be; the error's text says it.
type ErrFacts struct{ Text string }

// Error says why.
func (e *ErrFacts) Error() string { return e.Text }

// tagsMost is how many tags a person may have by one call.
const tagsMost = 100

// check brings facts into the form in which they are kept, or says what is wrong.
func (b *Book) checkFacts(f *Facts, now time.Time) error {
	if f.Language != nil {
		*f.Language = locale.Language(*f.Language)
	}
	if f.Country != nil {
		short, err := locale.Country(*f.Country)
		if err != nil {
			return err
		}
		*f.Country = short
	}
	if f.Zone != nil && *f.Zone != "" {
		if _, err := time.LoadLocation(*f.Zone); err != nil || !strings.Contains(*f.Zone, "/") {
			return fmt.Errorf("zone: %q is no time zone such as Europe/Berlin", store.Cut(*f.Zone, 60))
		}
	}
	for _, s := range []*string{f.Name, f.Language, f.City} {
		if s != nil {
			*s = store.Cut(store.Text(*s), nameMost)
		}
	}
	if f.Tags != nil && len(*f.Tags) > tagsMost {
		return fmt.Errorf("tags: there are %d; a person has %d at most", len(*f.Tags), tagsMost)
	}
	for _, a := range f.Consent {
		if a.At.IsZero() || strings.TrimSpace(a.Where) == "" {
			return errors.New("consent: say when it was given, and where")
		}
		if err := b.checkAgreed(agreed{accounts: []string{a.Account}, at: a.At}, now); err != nil {
			return err
		}
	}
	return nil
}

// Describe keeps what a shop says of a person. Consents are not noted of whoever has said that they want to be left alone: left is true
// then.
func (b *Book) Describe(ctx context.Context, tx *sql.Tx, person int64, f Facts, now time.Time) (left bool, err error) {
	if err := b.checkFacts(&f, now); err != nil {
		return false, &ErrFacts{err.Error()}
	}
	_, err = tx.ExecContext(ctx,
		`UPDATE persons SET name = COALESCE($1, name), language = COALESCE($2, language), city = COALESCE($3, city),
		country = COALESCE($4, country), zone = COALESCE($5, zone) WHERE id = $6`, f.Name, f.Language, f.City, f.Country, f.Zone, person)
	if err != nil {
		return false, err
	}
	if f.Tags != nil {
		if _, err := tx.ExecContext(ctx, `DELETE FROM person_tags WHERE person = $1`, person); err != nil {
			return false, err
		}
		for _, t := range *f.Tags {
			if _, err := tx.ExecContext(ctx, `INSERT INTO person_tags (person, tag) VALUES ($1, $2) ON CONFLICT DO NOTHING`, person,
				store.Cut(store.Text(t), nameMost)); err != nil {
				return false, err
			}
		}
	}
	for _, a := range f.Consent {
		noted, err := b.agree(ctx, tx, person, a, now)
		if err != nil {
			return false, err
		}
		left = left || !noted
	}
	return left, nil
}

// consentSQL notes a consent, unless it was withdrawn since.
const consentSQL = `INSERT INTO consents (person, account, kind, given_at, source) VALUES ($1, $2, 'direct', $3, $4)
	ON CONFLICT (person, account, kind) DO UPDATE SET given_at = excluded.given_at, source = excluded.source, withdrawn_at = NULL,
	withdrawn_by = '' WHERE consents.withdrawn_at < excluded.given_at`

func (b *Book) agree(ctx context.Context, tx *sql.Tx, person int64, a Agreed, now time.Time) (noted bool, err error) {
	later, err1 := StoppedSince(ctx, tx, person, a.At)
	left, err2 := OptedOut(ctx, tx, person)
	if err := errors.Join(err1, err2); err != nil || later || left {
		return false, err
	}
	isNew, err := store.Changed(tx.ExecContext(ctx, consentSQL, person, a.Account, store.Ms(a.At),
		"the shop: "+store.Cut(store.Text(a.Where), nameMost)))
	if err != nil || !isNew {
		return true, err
	}
	return true, audit.Record(ctx, tx, now, "shop", "consent given", Subject(person), a.Account+" by "+store.Cut(store.Text(a.Where),
		nameMost))
}
