package bot

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"

	"magpie/internal/inbox"
	"magpie/internal/network"
	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

// telling is a client that has some events to tell, once.
type telling struct {
	network.Client
	events []network.Event
}

func (c *telling) Events(_ context.Context, cursor string) ([]network.Event, string, error) {
	if cursor == "told" {
		return nil, "told", nil
	}
	return c.events, "told", nil
}

// long is a text that no compression makes shorter.
func long(n int) string {
	dice, out := rand.New(rand.NewPCG(3, 4)), make([]byte, n)
	for i := range out {
		out[i] = "abcdefghijklmnopqrstuvwxyz0123456789"[dice.IntN(36)]
	}
	return string(out)
}

// hears reads events together with an ordinary mention after them, and fails unless that has its answer.
func (w *world) hears(events ...network.Event) {
	w.Helper()
	ctx := context.Background()
	good := w.says(zoe, 7, "are you open?")
	c := &telling{w.net.Client("outlet"), append(events, good)}
	for range 3 {
		err := w.Listener.Poll(ctx, w.Set().Accounts["outlet"], c)
		if cursor, _, _ := inbox.Cursor(ctx, w.DB, "outlet"); err != nil || cursor != "told" {
			w.Fatalf("the account is deaf for ever: the place is %q, %v", cursor, err)
		}
	}
	w.must(w.Step(ctx))
	if got := w.mention(*good.Mention); got.State != inbox.Answered {
		w.Errorf("the one after it is %s (%s)", got.State, got.Reason)
	}
}

// TestLongIDs: ids, handles and addresses are as long as a hostile server makes them; an index of Postgres takes 2,700 bytes.
func TestLongIDs(t *testing.T) {
	odd := func(w *world, change func(*network.Mention)) network.Event {
		e := w.says(network.Person{ID: "odd", Handle: "odd@far.example"}, 3, "an odd question")
		change(e.Mention)
		return e
	}
	for name, change := range map[string]func(*network.Mention){
		"address":    func(m *network.Mention) { m.Item = "https://far.example/" + long(2675) },
		"author":     func(m *network.Mention) { m.Author.ID = long(3000) },
		"handle":     func(m *network.Mention) { m.Author.Handle = long(9000) + "@far.example" },
		"reference":  func(m *network.Mention) { m.Ref, m.ReplyTo = network.Ref(long(9000)), long(9000) },
		"a language": func(m *network.Mention) { m.Language = long(9000) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, day1, nil)
			w.hears(odd(w, change))
			var kept int
			w.must(w.DB.Read.QueryRow(`SELECT count(*) FROM mentions WHERE lower(text) LIKE '%odd question%' AND state = 'desk'`).Scan(&kept))
			if kept != 1 {
				t.Errorf("%d at the desk", kept)
			}
		})
	}
	t.Run("followers", func(t *testing.T) {
		w := newWorld(t, day1, nil)
		who := network.Person{ID: long(3000), Handle: long(9000) + "@far.example"}
		w.hears(network.Event{Follow: &who}, network.Event{Unfollow: &who}, network.Event{Stop: &who})
	})
}

// TestWhatCantBeKept: whatever the reason, one thing that can't be kept is told to a person, and the account hears the rest.
func TestWhatCantBeKept(t *testing.T) {
	w := newWorld(t, day1, nil)
	trigger := `CREATE TRIGGER odd BEFORE INSERT ON mentions WHEN NEW.text LIKE '%odd%' BEGIN SELECT RAISE(ABORT, 'this can not be kept'); END`
	if storetest.OnPostgres() {
		trigger = `CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'this can not be kept'; END $$;
			CREATE TRIGGER odd BEFORE INSERT ON mentions FOR EACH ROW WHEN (NEW.text LIKE '%odd%') EXECUTE FUNCTION odd()`
		defer func() {
			_, _ = w.DB.Writer().Exec(`DROP TRIGGER IF EXISTS odd ON mentions; DROP FUNCTION IF EXISTS odd`)
		}()
	}
	_, err := w.DB.Writer().Exec(trigger)
	w.must(err)
	w.hears(w.says(zoe, 1, "when do you open?"), w.says(network.Person{ID: "odd", Handle: "odd@far.example"}, 3, "an odd question"))
	if all := strings.Join(w.needs(), " "); all == "" {
		t.Error("nobody learns of what could not be kept")
	}
}

// A database that can't be written for a while loses nobody's word: only what can't be kept
// for its own sake is passed over.
func TestBusyDatabaseLosesNothing(t *testing.T) {
	for code, lost := range map[error]bool{
		sqlite3.Error{Code: sqlite3.ErrBusy}: false, sqlite3.Error{Code: sqlite3.ErrLocked}: false, sqlite3.Error{Code: sqlite3.ErrIoErr}: false,
		sqlite3.Error{Code: sqlite3.ErrNomem}: false, sqlite3.Error{Code: sqlite3.ErrFull}: false,
		sqlite3.Error{Code: sqlite3.ErrConstraint}: true,
		sqlite3.Error{Code: sqlite3.ErrTooBig}:     true, &pgconn.PgError{Code: "55P03"}: false, &pgconn.PgError{Code: "58030"}: false,
		&pgconn.PgError{Code: "XX000"}: false, &pgconn.PgError{Code: "22021"}: true, &pgconn.PgError{Code: "54000"}: true,
		context.Canceled: false, io.ErrUnexpectedEOF: false,
	} {
		if store.Unfit(fmt.Errorf("keeping: %w", code)) != lost {
			t.Errorf("%v: taken for a fault of what came in: %v", code, !lost)
		}
	}
	if storetest.OnPostgres() {
		return // there a writer waits for no other's file
	}
	w := newWorld(t, day1, nil)
	other, err := sql.Open("sqlite3", "file:"+w.DB.Path)
	w.must(err)
	defer other.Close()
	other.SetMaxOpenConns(1)
	_, err = other.Exec(`BEGIN IMMEDIATE`)
	w.must(err)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if err := w.Listener.Take(ctx, w.Set().Accounts["outlet"], []network.Event{w.says(zoe, 1, "stop")}, "beyond"); err == nil {
		t.Error("it was kept, while nobody may write")
	}
	if cursor, _, _ := inbox.Cursor(t.Context(), w.DB, "outlet"); cursor == "beyond" {
		t.Error("the place went beyond what could not be kept")
	}
}

// A long content warning does not make the answer a post of its own, and what can't be
// answered goes to a person.
func TestAnswerWithoutAddress(t *testing.T) {
	w := newWorld(t, day1, nil)
	e := w.says(zoe, 3, "when are you open?")
	e.Mention.Ref = network.Ref(`{"id":"1","x":"` + strings.Repeat("x", 5000) + `"}`)
	w.told("outlet", e)
	w.step(w.now.Add(time.Minute))
	if m := w.mention(*e.Mention); m.State != inbox.Desk {
		t.Errorf("it is %s (%s)", m.State, m.Reason)
	}
	if got := w.texts("outlet"); len(got) != 0 {
		t.Errorf("out are %q", got)
	}
}
