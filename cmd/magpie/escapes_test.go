package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/bot"
	"magpie/internal/inbox"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/pause"
	"magpie/internal/people"
)

// evil makes a terminal set its title, wipe the screen, write over the line, and turn the words around.
const evil = "evil\x1b]0;owned\x07\x1b[2J\r\u202etxt.exe\u2066\u009b31m"

// steering are the runes of a text that steer a terminal, or turn what stands beside them.
func steering(text string) (found []string) {
	for _, r := range text {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			found = append(found, fmt.Sprintf("%U", r))
		}
	}
	return found
}

// hostile is a server that says evil things with a status.
func hostile(t *testing.T, status int) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"error": evil, "id": "1", "acct": evil, "username": evil, "display_name": evil,
			"url": "https://far.example/" + evil, "note": evil})
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// haunted is a workspace whose people, posts, servers and troubles have evil names and words.
func haunted(t *testing.T) (dir, handle, post string) {
	t.Helper()
	dir = t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.CopyFS(dir, os.DirFS(filepath.Join(root, "testdata", "shop"))))
	t.Setenv("EVIL_TOKEN", "token")
	for name, status := range map[string]int{"shop": http.StatusOK, "club": http.StatusUnauthorized} {
		path := filepath.Join(dir, "accounts", name+".yaml")
		b, err := os.ReadFile(path)
		must(err)
		text := strings.NewReplacer("https://social.example", hostile(t, status), "stored", "env:EVIL_TOKEN", "env:CLUB_TOKEN",
			"env:EVIL_TOKEN").Replace(string(b))
		must(os.WriteFile(path, []byte(text), 0o600))
	}
	log := logrus.New()
	log.SetOutput(new(bytes.Buffer))
	ctx, now := context.Background(), time.Now()
	b, err := bot.Open(ctx, bot.Options{Dir: dir, Log: logrus.NewEntry(log)})
	must(err)
	defer b.Close()
	who := network.Person{ID: evil, Handle: "eve@" + evil, Name: evil, Language: evil}
	p := &outbox.Post{Key: "evil", Kind: outbox.Direct, Account: "shop", Campaign: "push", Step: "evil", Text: "hello", SlotAt: now,
		Recipient: people.Encode(who)}
	must(b.DB.Write(ctx, func(tx *sql.Tx) error {
		id, err := b.Book.Meet(ctx, tx, "mastodon", who, now)
		must(err)
		_, err = people.Grant(ctx, tx, id, "shop", "https://far.example/"+evil, now, now)
		must(err)
		p.Person = id
		_, err = outbox.Add(ctx, tx, p, now)
		must(err)
		_, err = outbox.Move(ctx, tx, p, outbox.Refused, outbox.Because("the server says: "+evil), outbox.By{Who: "magpie", At: now}, outbox.Planned)
		must(err)
		_, err = tx.Exec(`UPDATE posts SET url = $1, sealed_text = $2 WHERE id = $3`, "https://far.example/"+evil, "@eve "+evil+" hello",
			p.ID)
		must(err)
		m, _, err := inbox.Keep(ctx, tx, "mastodon", "shop", id, network.Mention{Item: evil, Author: who, Text: evil, At: now}, now)
		must(err)
		_, err = inbox.Decide(ctx, tx, m, inbox.Verdict{State: inbox.Desk, Reason: evil, Account: "shop"}, now)
		must(err)
		_, err = need.Raise(ctx, tx, need.NotHeard, "shop", evil, now)
		must(err)
		_, err = tx.Exec(`UPDATE persons SET city = $1 WHERE id = $2`, evil, id)
		return err
	}))
	_, err = pause.Set(ctx, b.DB, "signed out", "club", evil, "magpie", now)
	must(err)
	return dir, who.Handle, p.ID
}

// TestNothingSteersTheTerminal: strangers and servers choose names and words; they don't choose what the terminal does.
func TestNothingSteersTheTerminal(t *testing.T) {
	dir, handle, post := haunted(t)
	for _, args := range [][]string{{"people", "show", handle}, {"people", "forget", handle}, {"outbox", "show", post}, {"outbox",
		"list"}, {"desk", "list"},
		{"doctor"}, {"accounts", "verify"}, {"report"}, {"coupons", "report"}} {
		t.Run(strings.Join(args[:min(2, len(args))], " "), func(t *testing.T) {
			var out bytes.Buffer
			a := app()
			a.Writer, a.ErrWriter, a.Reader = &out, &out, strings.NewReader("n\n")
			err := a.RunContext(t.Context(), append([]string{"magpie", "-C", dir}, args...))
			text := strings.ReplaceAll(out.String()+fmt.Sprint(err), handle, "") // what one types oneself comes back
			if found := steering(text); len(found) > 0 {
				t.Errorf("it prints %v: %.300q", found, text)
			}
			if out.Len() == 0 && err == nil {
				t.Error("it says nothing")
			}
		})
	}
}

// TestLogSteersNothing: nor does the log.
func TestLogSteersNothing(t *testing.T) {
	for _, colours := range []bool{false, true} { // as to a file, and as to a terminal
		var out bytes.Buffer
		var entry *logrus.Entry
		a := app()
		a.Commands = []*cli.Command{{Name: "try", Action: func(c *cli.Context) (err error) { entry, err = console.Logger(c, &out); return err }}}
		if err := a.Run([]string{"magpie", "try"}); err != nil {
			t.Fatal(err)
		}
		if f, ok := entry.Logger.Formatter.(console.PlainLog); ok {
			f.Formatter.(*logrus.TextFormatter).ForceColors = colours
		}
		entry.WithField("account", evil).WithError(fmt.Errorf("the server says: %s", evil)).Warn("nobody has answered @" + evil)
		for _, bad := range []string{"\x1b]0;", "\x1b[2J", "\r", "\u202e", "\u2066", "\u009b", "\x07"} {
			if strings.Contains(out.String(), bad) {
				t.Errorf("colours %v: it prints %q: %.200q", colours, bad, out.String())
			}
		}
	}
}
