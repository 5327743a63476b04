package bot

import (
	"context"
	"net/http"

	"magpie/internal/network"
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
			b.Log.WithError(err).WithField("account", name).Error("what the network sent can't be taken")
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
		return "private messages can't be taken: " + err.Error()
	}
	return "takes private messages at /push/" + name + " of the address where the bot listens: give Weibo the public https address of that"
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
	return b.Kind(a).Receive(b.settings(a, secret, b.session(name)), network.Receiver{Clock: b.Clock, Take: func(ctx context.Context, e network.Event) error {
		err := b.take(ctx, a, []network.Event{e}, "")
		if err != nil {
			b.Log.WithError(err).WithField("account", name).Error("what the network sent could not be kept; it is sent again")
		}
		return err
	}})
}
