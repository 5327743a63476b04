package bot

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"magpie/internal/coupon"
	"magpie/internal/inbox"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/store/storetest"
)

// mallory has a handle that is found again wherever it was left.
var mallory = network.Person{ID: "mallory-7f3a@far.example", Handle: "mallory-7f3a@far.example", Name: "Mallory Seven"}

const trace = "mallory-7f3a"

// known lets mallory claim a code, join, and ask many things.
func known(t *testing.T) (w *world, id int64) {
	t.Helper()
	w = newWorld(t, day1, map[string]string{"campaigns/bf.yaml": strings.Replace(files["campaigns/bf.yaml"],
		"    for: followers\n    say: claim\n    say_others: sorry\n", "    say: claim\n", 1)})
	w.follower(mallory)
	tell := func(text string) {
		e := w.says(mallory, 1, text)
		e.Mention.Item = "https://far.example/@" + trace + "/" + fmt.Sprint(w.now.UnixNano())
		w.told("outlet", e)
		w.step(w.now.Add(time.Minute))
	}
	for _, text := range []string{"a deal please", "I want to join", "who am I? I am @" + trace, "does it fit?"} {
		tell(text)
	}
	for i := range 40 {
		w.now = w.now.Add(time.Hour)
		tell(strings.Repeat("a long story about a kettle of "+trace+", ", 20) + fmt.Sprint(i))
	}
	w.Rounds.LookAfter(t.Context(), w.now)
	id, err := w.Book.Find(t.Context(), "", mallory.Handle)
	w.must(err)
	return w, id
}

// TestForgottenEverywhere: no row of any table, the log among them, names somebody who was erased.
func TestForgottenEverywhere(t *testing.T) {
	w, id := known(t)
	w.must(w.Acts.Forget(t.Context(), id, "ann"))
	query := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if storetest.OnPostgres() {
		query = `SELECT tablename FROM pg_tables WHERE schemaname = current_schema()`
	}
	for _, table := range w.column(query) {
		row := `SELECT CAST(x AS TEXT) FROM ` + table + ` x WHERE CAST(x AS TEXT) LIKE '%` + trace + `%'`
		if !storetest.OnPostgres() {
			var parts []string
			for _, c := range w.column(`SELECT name FROM pragma_table_info('` + table + `')`) {
				parts = append(parts, `COALESCE(CAST("`+c+`" AS TEXT), '')`)
			}
			all := strings.Join(parts, ` || ' ' || `)
			row = `SELECT ` + all + ` FROM "` + table + `" WHERE ` + all + ` LIKE '%` + trace + `%'`
		}
		if found := w.column(row); len(found) > 0 {
			t.Errorf("%s has %d rows, for example %.200s", table, len(found), found[0])
		}
	}
}

// column is the first column of a query's rows.
func (w *world) column(query string) (out []string) {
	w.Helper()
	rows, err := w.DB.Read.Query(query)
	w.must(err)
	defer rows.Close()
	for rows.Next() {
		var s string
		w.must(rows.Scan(&s))
		out = append(out, s)
	}
	w.must(rows.Err())
	return out
}

// TestForgottenInTheFile: nor do the bytes of the file, its free pages and its write-ahead log, while it is open and after.
func TestForgottenInTheFile(t *testing.T) {
	storetest.SQLiteOnly(t, "a file of ours")
	w, id := known(t)
	w.must(w.Acts.Forget(t.Context(), id, "ann"))
	look := func(when string) {
		all, err := filepath.Glob(w.DB.Path + "*")
		w.must(err)
		for _, file := range all {
			b, err := os.ReadFile(file)
			w.must(err)
			if n := bytes.Count(b, []byte(trace)); n > 0 {
				t.Errorf("%s: %s names the person %d times", when, filepath.Base(file), n)
			}
		}
	}
	look("while it is open")
	w.must(w.DB.Close())
	look("closed")
}

// TestForgottenGetsNoSecondCode: whoever is erased and comes back is new to us, but has had the code that each person gets once.
func TestForgottenGetsNoSecondCode(t *testing.T) {
	for _, again := range []network.Person{mallory, {ID: strings.ToUpper(mallory.ID), Handle: strings.ToUpper(mallory.Handle), Name: "M"}} {
		w, id := known(t)
		before := len(w.posts(`step = 'claim' AND code <> ''`))
		if before != 1 {
			t.Fatalf("%d codes", before)
		}
		w.must(w.Acts.Forget(t.Context(), id, "ann"))
		w.now = w.now.Add(24 * time.Hour)
		e := w.says(again, 99, "a deal please")
		e.Mention.At = w.now
		w.told("outlet", e)
		w.step(w.now.Add(time.Minute))
		if got := w.mention(*e.Mention); got.State != inbox.Desk {
			t.Errorf("as %s: %s (%s)", again.Handle, got.State, got.Reason)
		}
		var codes int
		w.must(w.DB.Read.QueryRow(`SELECT count(*) FROM coupons WHERE offer = 'bf' AND state <> 'free'`).Scan(&codes))
		if codes != 1 {
			t.Errorf("as %s: %d codes of an offer that gives one to each person", again.Handle, codes)
		}
	}
}

// A code that may have been told to somebody goes to nobody else, though they were erased:
// nobody has looked whether the post is out.
func TestForgottenWhileAsked(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, day1, nil)
	ids := w.fans(2, nil)
	o := coupon.Offer{Name: "once", Made: true, Limit: 1}
	p := &outbox.Post{Key: "k", Kind: outbox.Direct, Account: "outlet", Campaign: "c", Step: "s", Person: ids[0], Recipient: "ann",
		Text: "x", SlotAt: w.now}
	w.must(w.Write(ctx, func(tx *sql.Tx) (err error) {
		p.ID = outbox.ID(p.Key)
		if p.Code, err = coupon.Reserve(ctx, tx, o, coupon.For{Person: ids[0], Post: p.ID}, w.now); err != nil {
			return err
		}
		if _, err = outbox.Add(ctx, tx, p, w.now); err != nil {
			return err
		}
		_, err = outbox.Move(ctx, tx, p, outbox.Asked, outbox.Because("lost"), outbox.By{Who: "bot", At: w.now}, outbox.Planned)
		return err
	}))
	w.must(w.Acts.Forget(ctx, ids[0], "ann"))
	err := w.Write(ctx, func(tx *sql.Tx) error {
		code, err := coupon.Reserve(ctx, tx, o, coupon.For{Person: ids[1], Post: "another"}, w.now)
		if err == nil {
			t.Errorf("%s may be out, and is told to another", code)
		}
		return nil
	})
	w.must(err)
}

// What was on its way to somebody as they were erased is erased when it has arrived.
func TestForgottenOnTheWay(t *testing.T) {
	for _, to := range []outbox.State{outbox.Sent, outbox.Asked} {
		ctx := context.Background()
		w := newWorld(t, day1, nil)
		ids := w.fans(1, nil)
		p := &outbox.Post{Key: "k", Kind: outbox.Direct, Account: "outlet", Campaign: "c", Step: "s", Person: ids[0], Recipient: "ann",
			Text: trace, SlotAt: w.now}
		w.must(w.Write(ctx, func(tx *sql.Tx) error { _, err := outbox.Add(ctx, tx, p, w.now); return err }))
		_, err := w.DB.Writer().Exec(`UPDATE posts SET state = 'sending', sealed = $1, sealed_text = $2, ref = $3
			WHERE id = $4`, trace, trace, trace, p.ID)
		w.must(err)
		w.must(w.Acts.Forget(ctx, ids[0], "ann"))
		if left := w.column(`SELECT sealed FROM posts WHERE id = '` + p.ID + `'`); left[0] != trace {
			t.Fatalf("its bytes are gone while it is sent: %q", left)
		}
		w.must(w.Write(ctx, func(tx *sql.Tx) (err error) {
			if to == outbox.Sent {
				_, err = outbox.MarkSent(ctx, tx, "bot", w.now, outbox.Arrived{Post: p, Receipt: network.Receipt{ID: "1"}})
			} else {
				_, err = outbox.Move(ctx, tx, p, outbox.Asked, outbox.Because("lost"), outbox.By{Who: "bot", At: w.now}, outbox.Sending)
			}
			return err
		}))
		if left := w.column(`SELECT sealed || sealed_text || ref || text || recipient FROM posts WHERE id = '` + p.ID + `'`); left[0] != "" {
			t.Errorf("%s: what was said stays: %q", to, left)
		}
	}
}
