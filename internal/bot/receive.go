package bot

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"

	"magpie/internal/network"
	"magpie/internal/store"
)

// Pushes answers what networks send us by themselves, at /push/ACCOUNT, for the
// accounts whose files want that. Any machine may answer: what is told twice is
// kept once.
func (b *Bot) Pushes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/push/{account}", func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("account")
		h, err := b.receive(r.Context(), name)
		if err != nil {
			b.Log.WithError(err).WithField("account", name).Error("a push of the network can't be accepted")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		h.ServeHTTP(w, r)
	})
	return mux
}

// pushesSay tells the doctor where an account takes what the network sends.
func (b *Bot) pushesSay(name string, err error) string {
	if err != nil {
		return "private messages can't be received: " + err.Error()
	}
	return "receives private messages at /push/" + name + " where the bot listens: give Weibo the public https address that leads there"
}

// receive is what answers for an account, as the files are now.
func (b *Bot) receive(ctx context.Context, name string) (http.Handler, error) {
	a := b.Set().Accounts[name]
	if a == nil || a.Weibo == nil || !a.Weibo.Push || b.Kind(a).Receive == nil {
		return http.NotFoundHandler(), nil
	}
	secret, err := b.Secret(ctx, name, a.Credentials)
	if err != nil {
		return nil, err
	}
	once := func(ctx context.Context, signed string, body []byte) (bool, error) {
		return b.once(ctx, name, signed, body)
	}
	return b.Kind(a).Receive(b.settings(a, secret, b.session(name)), network.Receiver{Clock: b.Clock, Once: once, Take: func(ctx context.Context, e network.Event) error {
		err := b.take(ctx, a, []network.Event{e}, "")
		if err != nil {
			b.Log.WithError(err).WithField("account", name).Error("a push of the network could not be stored; the network sends it again")
		}
		return err
	}})
}

// signedFor is how long a signed address is remembered: longer than it is good.
const signedFor = 20 * time.Minute

// once tells whether a signed address is used for the first time, or again with the same body, by whichever process.
func (b *Bot) once(ctx context.Context, account, signed string, body []byte) (ok bool, err error) {
	sum := sha256.Sum256(body)
	hash, kind := hex.EncodeToString(sum[:]), "push to "+account+": "
	name := kind + store.Key(signed)
	err = b.write(ctx, func(tx *sql.Tx) error {
		old := strconv.FormatInt(store.Ms(b.Clock().Add(-signedFor)), 10)
		if err := store.DropMarks(ctx, tx, kind, kind+old); err != nil {
			return err
		}
		if err := store.SetNewMark(ctx, tx, name, hash); err != nil {
			return err
		}
		kept, err := store.MarkIn(ctx, tx, name)
		ok = kept == hash
		return err
	})
	return ok, err
}
