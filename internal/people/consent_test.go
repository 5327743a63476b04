package people_test

import (
	"database/sql"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/audit"
	"magpie/internal/people"
)

func grant(t testing.TB, b *people.Book, person int64, account string) {
	t.Helper()
	write(t, b, func(tx *sql.Tx) error {
		_, err := people.Grant(t.Context(), tx, person, account, "item/"+account, noon.Add(3*time.Hour), noon)
		return err
	})
}

func optOut(t testing.TB, b *people.Book, person int64) (first bool) {
	t.Helper()
	write(t, b, func(tx *sql.Tx) (err error) {
		first, err = people.OptOut(t.Context(), tx, person, "item/stop", noon.Add(time.Hour), noon.Add(time.Hour))
		return err
	})
	return first
}

func may(t testing.TB, b *people.Book, person int64, account string) (yes bool) {
	t.Helper()
	wish, err := people.Wishes(t.Context(), b.DB.Read, account, person)
	if err != nil {
		t.Fatal(err)
	}
	return wish[person].MayWrite()
}

func TestConsent(t *testing.T) {
	b := open(t)
	ann, bob := meet(t, b, "1", "ann"), meet(t, b, "2", "bob")
	if may(t, b, ann, "outlet") {
		t.Fatal("nobody has said so")
	}
	grant(t, b, ann, "outlet")
	grant(t, b, ann, "home")
	grant(t, b, bob, "outlet")
	if !may(t, b, ann, "outlet") || !may(t, b, ann, "home") || may(t, b, ann, "help") {
		t.Fatal("it is for the account that was told, and no other")
	}
	if !optOut(t, b, ann) || optOut(t, b, ann) {
		t.Error("the first time is the first, the second is not")
	}
	if may(t, b, ann, "outlet") || may(t, b, ann, "home") || !may(t, b, bob, "outlet") {
		t.Error("an opt-out is for all accounts, and for one person")
	}
	if !get(t, b, ann).OptedOut || get(t, b, bob).OptedOut {
		t.Error("the record does not say so")
	}
	var was bool
	write(t, b, func(tx *sql.Tx) (err error) {
		was, err = people.OptIn(t.Context(), tx, ann, "item/start", noon.Add(2*time.Hour), noon)
		return err
	})
	if !was || may(t, b, ann, "outlet") {
		t.Error("what was consented to before is given again by coming back")
	}
	grant(t, b, ann, "outlet")
	if !may(t, b, ann, "outlet") || may(t, b, ann, "home") {
		t.Error("asked again, and not allowed; or allowed for another account")
	}
	write(t, b, func(tx *sql.Tx) (err error) {
		was, err = people.OptIn(t.Context(), tx, ann, "x", noon.Add(2*time.Hour), noon)
		return err
	})
	if was {
		t.Error("there was no opt-out to take back")
	}
}

// TestConsentsSayWhereAndWhen: when and by which message each was given and
// taken back; a second “join” does not move the date.
func TestConsentsSayWhereAndWhen(t *testing.T) {
	b := open(t)
	ann := meet(t, b, "1", "ann")
	grant(t, b, ann, "outlet")
	write(t, b, func(tx *sql.Tx) error {
		_, err := people.Grant(t.Context(), tx, ann, "outlet", "item/later", noon.Add(day), noon.Add(day))
		return err
	})
	all, err := b.Consents(t.Context(), ann)
	if err != nil || len(all) != 1 || all[0].Source != "item/outlet" || !all[0].Given.Equal(noon) || !all[0].Withdrawn.IsZero() {
		t.Fatalf("got %+v, %v", all, err)
	}
	optOut(t, b, ann)
	if all, _ = b.Consents(t.Context(), ann); !all[0].Withdrawn.Equal(noon.Add(time.Hour)) {
		t.Errorf("got %+v", all)
	}
	write(t, b, func(tx *sql.Tx) error {
		_, err := people.Grant(t.Context(), tx, ann, "outlet", "item/again", noon.Add(2*day), noon.Add(2*day))
		return err
	})
	if all, _ = b.Consents(t.Context(), ann); all[0].Source != "item/again" || !all[0].Given.Equal(noon.Add(2*day)) ||
		!all[0].Withdrawn.IsZero() {
		t.Errorf("got %+v", all)
	}
	lines, err := audit.Of(t.Context(), b.DB, people.Subject(ann))
	said := ""
	for _, l := range lines {
		said += l.What + "; "
	}
	if want := []string{"consent given", "opted out"}; err != nil || !slices.ContainsFunc(want,
		func(w string) bool { return strings.Contains(said, w) }) {
		t.Errorf("the log says %q, %v", said, err)
	}
}

// TestOptOutWithoutConsent holds although there was nothing to withdraw.
func TestOptOutWithoutConsent(t *testing.T) {
	b := open(t)
	ann := meet(t, b, "1", "ann")
	if !optOut(t, b, ann) {
		t.Error("not the first")
	}
	grant(t, b, ann, "outlet")
	if may(t, b, ann, "outlet") {
		t.Error("an opt-out is above a consent until it is taken back")
	}
}
