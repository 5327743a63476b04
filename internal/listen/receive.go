package listen

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
func (l *Listener) Pushes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/push/{account}", func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("account")
		h, err := l.Receive(r.Context(), name)
		if err != nil {
			l.Log.WithError(err).WithField("account", name).Error("a push of the network can't be accepted")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		h.ServeHTTP(w, r)
	})
	return mux
}

// PushesSay tells the doctor where an account takes what the network sends.
func (l *Listener) PushesSay(name string, err error) string {
	if err != nil {
		return "private messages can't be received: " + err.Error()
	}
	return "receives private messages at /push/" + name + " where the bot listens: give Weibo the public https address that leads there"
}

// Receive is what answers for an account, as the files are now.
func (l *Listener) Receive(ctx context.Context, name string) (http.Handler, error) {
	a := l.Set().Accounts[name]
	if a == nil || !a.Effect().Push || l.Accounts.Kind(a).Receive == nil {
		return http.NotFoundHandler(), nil
	}
	secret, err := l.Accounts.Secret(ctx, name, a.Credentials)
	if err != nil {
		return nil, err
	}
	once := func(ctx context.Context, signed string, body []byte) (bool, error) {
		return l.once(ctx, name, signed, body)
	}
	return l.Accounts.Kind(a).Receive(l.Accounts.Settings(a, secret, l.Accounts.Session(name)),
		network.Receiver{Clock: l.Clock, Once: once, Take: func(ctx context.Context, e network.Event) error {
			err := l.Take(ctx, a, []network.Event{e}, "")
			if err != nil {
				l.Log.WithError(err).WithField("account", name).Error("a push of the network could not be stored; the network sends it again")
			}
			return err
		}})
}

// signedFor is how long a signed address is remembered: longer than it is good.
const signedFor = 20 * time.Minute

// once tells whether a signed address is used for the first time, or again with the same body, by whichever process.
func (l *Listener) once(ctx context.Context, account, signed string, body []byte) (ok bool, err error) {
	sum := sha256.Sum256(body)
	hash, kind := hex.EncodeToString(sum[:]), "push to "+account+": "
	name := kind + store.Key(signed)
	err = l.Write(ctx, func(tx *sql.Tx) error {
		old := strconv.FormatInt(store.Ms(l.Clock().Add(-signedFor)), 10)
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
