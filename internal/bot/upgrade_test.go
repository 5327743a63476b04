package bot

import (
	"context"
	"database/sql"
	"io"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/answer"
	"magpie/internal/inbox"
	"magpie/internal/network"
	"magpie/internal/network/memory"
	"magpie/internal/outbox"
	"magpie/internal/store"
	"magpie/internal/store/storetest"
	"magpie/internal/workspace"
)

// newest is the first migration that a database of the version before has not seen.
const newest = "00027_causes.sql"

// before are the tables of the version before.
func before(t *testing.T) (out []fs.FS) {
	t.Helper()
	for _, m := range Migrations() {
		old := fstest.MapFS{}
		files, err := fs.Glob(m, "*.sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			text, err := fs.ReadFile(m, f)
			if err != nil {
				t.Fatal(err)
			}
			if f < newest {
				old[f] = &fstest.MapFile{Data: text}
			}
		}
		out = append(out, old)
	}
	return out
}

// everyState is a post in each state as the version before left it, and what is to become of it: "" stays.
var everyState = map[outbox.State]outbox.State{
	outbox.Planned: outbox.Sent, outbox.Sending: outbox.Sent, outbox.InDoubt: outbox.Sent,
	outbox.Held: "", outbox.Sent: "", outbox.Refused: "", outbox.Asked: "", outbox.Late: "", outbox.Withdrawn: "", outbox.Expanded: "",
	outbox.Recalled: "",
}

func oldRow(t *testing.T, tx *sql.Tx, s outbox.State, at time.Time) {
	t.Helper()
	key, ms := "push/"+string(s)+"/1", at.UnixMilli()
	attempts, first, sent, kind := 0, int64(0), any(nil), outbox.Public
	switch s {
	case outbox.Sending, outbox.InDoubt, outbox.Asked:
		attempts, first = 1, ms
	case outbox.Sent, outbox.Recalled:
		attempts, first, sent = 1, ms, ms
	case outbox.Expanded:
		kind = outbox.Segment
	}
	_, err := tx.Exec(`INSERT INTO posts (id, key, kind, state, account, campaign, step, occurrence, text, slot_at, next_at, approval, attempts,
		doubts, first_attempt_at, last_attempt_at, epoch, sealed, sealed_text, replay, sent_at, remote_id, reason, created_at, updated_at, turn)
		VALUES ($1, $2, $3, $4, 'outlet', 'push', '', 'once', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, '', $19, $20, -1)`,
		outbox.ID(key), key, kind, s, "words of "+string(s), ms, ms, s == outbox.Held, attempts, 0, first, first, attempts,
		`{"Draft":{}}`, "words of "+string(s), string(network.Exact), sent, "id of "+string(s), ms, ms)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
}

// TestUpgrade: a database of the version before, with a post in every state, is upgraded in place, and its posts go on from where
// they were: what may go out does, once, and the rest stays as it is. A copy of it says the same.
func TestUpgrade(t *testing.T) {
	ctx, now := t.Context(), at(t, "2027-11-26 09:00")
	place := storetest.Place(t)
	old, err := store.Open(ctx, place, before(t)...)
	if err != nil {
		t.Fatal(err)
	}
	err = old.Write(ctx, func(tx *sql.Tx) error {
		for s := range everyState {
			oldRow(t, tx, s, now.Add(-time.Minute))
		}
		_, err := tx.Exec(`INSERT INTO mentions (id, network, item, account, ref, person, author, text, language, direct, names, reply_to,
			at, received_at, state, reason) VALUES ('m1', 'mastodon', 'i1', 'outlet', 'r', 1, '{}', 'delete my data', '', $1, '[]', '', 1, 1, 'desk', $2)`, false,
			"asks for their data to be deleted: magpie people forget")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := store.Migrate(ctx, place, Migrations()...)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	net := memory.New(func() time.Time { return now })
	log := logrus.New()
	log.SetOutput(io.Discard)
	dir := t.TempDir()
	putFiles(t, dir, files)
	b, err := Open(ctx, Options{Dir: dir, Database: place, Log: logrus.NewEntry(log), Clock: func() time.Time { return now },
		Clients: func(a *workspace.Account) (network.Client, error) {
			net.Use(a.Name, a.Kind, network.Exact)
			return net.Client(a.Name), nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.begin(ctx, nil); err != nil {
		t.Fatal(err)
	}
	for range 8 {
		if err := b.Step(ctx); err != nil {
			t.Fatal(err)
		}
		now = now.Add(2 * time.Minute)
	}
	look := func(q store.Querier) {
		t.Helper()
		for was, becomes := range everyState {
			p, err := outbox.ByKey(ctx, q, "push/"+string(was)+"/1")
			if becomes == "" {
				becomes = was
			}
			if err != nil || p == nil || p.State != becomes {
				t.Errorf("what was %s is %+v, %v; want %s", was, p, err, becomes)
			}
		}
	}
	look(b.DB.Read)
	if n, _, err := inbox.WaitingFor(ctx, b.DB.Read, answer.Erasure); err != nil || n != 1 {
		t.Errorf("%d ask for their data to be deleted, %v", n, err)
	}
	out := map[string]int{}
	for _, p := range net.Posts("outlet") {
		out[p.Text]++
	}
	for _, s := range []outbox.State{outbox.Planned, outbox.Sending, outbox.InDoubt} {
		if out["words of "+string(s)] != 1 {
			t.Errorf("%s is out %d times: %v", s, out["words of "+string(s)], out)
		}
	}
	if !storetest.OnPostgres() {
		copied := dir + "/copy.db"
		if err := b.DB.Duplicate(ctx, copied); err != nil {
			t.Fatal(err)
		}
		c, err := store.Look(context.Background(), copied, Migrations()...)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		look(c.Read)
	}
}
