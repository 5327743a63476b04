package bot

import (
	"context"
	"database/sql"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/compose"
	"magpie/internal/outbox"
	"magpie/internal/outbox/outboxtest"
	"magpie/internal/sandbox"
	"magpie/internal/store/storetest"
)

// played is a sandbox with the account outlet.
func played(t *testing.T) *sandbox.Server {
	t.Helper()
	s, err := sandbox.Start(sandbox.Options{Quiet: true, Accounts: []sandbox.Account{{Name: "outlet", Token: "secret-token-of-outlet"},
		{Name: "play", Token: "sandbox-outlet"}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// apart is a workspace whose account lives at real, and a sandbox beside it.
type apart struct {
	*testing.T
	real, play *sandbox.Server
	dir, place string
}

func newApart(t *testing.T) *apart {
	t.Helper()
	t.Setenv("OUTLET_TOKEN", "secret-token-of-outlet")
	return &apart{t, played(t), played(t), t.TempDir(), storetest.Place(t)}
}

// once opens the workspace, does something with it, and what is due. It returns the first error.
func (a *apart) once(url string, before func(*Bot)) error {
	a.Helper()
	putFiles(a, a.dir, map[string]string{"accounts/outlet.yaml": accountAt(a.real.URL(), "env:OUTLET_TOKEN"),
		"campaigns/tips.yaml": files["campaigns/tips.yaml"], "templates/tip.en.tmpl": "A tip."})
	log := logrus.New()
	log.SetOutput(io.Discard)
	b, err := Open(context.Background(), Options{Dir: a.dir, Database: a.place, Log: logrus.NewEntry(log), Sandbox: url})
	if err != nil {
		return err
	}
	defer b.Close()
	if before != nil {
		before(b)
		return nil
	}
	ctx, cancel := context.WithTimeout(a.Context(), 30*time.Second)
	defer cancel()
	return b.Once(ctx)
}

// announce writes an announcement down that is due now.
func (a *apart) announce(b *Bot) {
	a.Helper()
	err := b.DB.Write(context.Background(), func(tx *sql.Tx) error {
		p := &outbox.Post{Key: "news", Kind: outbox.Public, Account: "outlet", Campaign: compose.PushCampaign, Step: "news",
			Text: "We open a second shop.", SlotAt: time.Now()}
		_, err := outbox.Add(context.Background(), tx, p, time.Now())
		return err
	})
	if err != nil {
		a.Fatal(err)
	}
}

// refuses fails unless err says that the two don't mix, and nothing is out anywhere.
func (a *apart) refuses(err error, what string) {
	a.Helper()
	if err == nil || !strings.Contains(err.Error(), "sandbox") {
		a.Errorf("%s: %v", what, err)
	}
	for where, s := range map[string]*sandbox.Server{"the real network": a.real, "the sandbox": a.play} {
		for _, name := range []string{"outlet", "play"} {
			if n := len(s.Posts(name)); n != 0 {
				a.Errorf("%s: %d posts on %s", what, n, where)
			}
		}
	}
}

// TestSandboxInARealDatabase: what was written down for the real networks is not played out, whatever the options.
func TestSandboxInARealDatabase(t *testing.T) {
	t.Run("run before", func(t *testing.T) {
		a := newApart(t)
		if err := a.once("", nil); err != nil {
			t.Fatal(err)
		}
		_ = a.once("", a.announce)
		a.refuses(a.once(a.play.URL(), nil), "a sandbox plays in a real database")
		if err := a.once("", nil); err != nil || len(a.real.Posts("outlet")) != 1 {
			t.Errorf("the real bot goes on: %v, %d posts", err, len(a.real.Posts("outlet")))
		}
	})
	t.Run("only written to", func(t *testing.T) {
		a := newApart(t)
		if err := a.once("", a.announce); err != nil {
			t.Fatal(err)
		}
		a.refuses(a.once(a.play.URL(), nil), "a sandbox plays in a database that commands have written to")
	})
}

// TestRealRunInASandboxsDatabase: what was played never goes out for real.
func TestRealRunInASandboxsDatabase(t *testing.T) {
	a := newApart(t)
	if err := a.once(a.play.URL(), nil); err != nil {
		t.Fatal(err)
	}
	if err := a.once(a.play.URL(), a.announce); err != nil {
		t.Fatal(err)
	}
	a.refuses(a.once("", nil), "a real run in a sandbox's database")
	if err := a.once("", func(b *Bot) {
		if all := outboxtest.Where(t, b.DB.Read, `state = 'planned' AND step = 'news'`); len(all) != 1 {
			t.Errorf("it can still be looked at: %v", all)
		}
	}); err != nil {
		t.Errorf("it can't be looked at: %v", err)
	}
}
