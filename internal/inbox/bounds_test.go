package inbox

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"magpie/internal/network"
)

// most is what may be kept of any one thing that a stranger, or a hostile server, sends us, in bytes: no network has longer posts.
const most = 100_000

// TestBounds: texts, names and lists have limits when they are kept; what is cut is cut between characters, and said.
func TestBounds(t *testing.T) {
	names := make([]string, 200_000)
	for i := range names {
		names[i] = fmt.Sprint("account ", i)
	}
	for what, change := range map[string]func(*network.Mention){
		"text":      func(m *network.Mention) { m.Text = "stop it " + strings.Repeat("\ufdfa", 1_700_000) },
		"name":      func(m *network.Mention) { m.Author.Name = strings.Repeat("柚", 1_000_000) },
		"handle":    func(m *network.Mention) { m.Author.Handle = strings.Repeat("a", 1_000_000) },
		"language":  func(m *network.Mention) { m.Language = strings.Repeat("en-", 1_000_000) },
		"names":     func(m *network.Mention) { m.Names = names },
		"reference": func(m *network.Mention) { m.Ref = network.Ref(strings.Repeat("r", 1_000_000)) },
		"reply":     func(m *network.Mention) { m.ReplyTo = strings.Repeat("r", 1_000_000) },
		"address":   func(m *network.Mention) { m.Item = "https://far.example/" + strings.Repeat("x", 1_000_000) },
	} {
		t.Run(what, func(t *testing.T) {
			db := open(t)
			m := network.Mention{Item: "https://far.example/1", Ref: "1", At: noon, Text: "hello", Author: network.Person{ID: "eve",
				Handle: "eve@far.example"}}
			change(&m)
			var id string
			err := db.Write(t.Context(), func(tx *sql.Tx) (err error) {
				id, _, err = Keep(context.Background(), tx, "mastodon", "outlet", 7, m, noon)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			var row int
			size := `length(text) + length(author) + length(language) + length(names) + length(ref) + length(reply_to) + length(item)`
			if err := db.Read.QueryRow(`SELECT `+size+` FROM mentions WHERE id = $1`, id).Scan(&row); err != nil {
				t.Fatal(err)
			}
			got := one(t, db, id)
			if row > most || len(got.Text) > most {
				t.Errorf("%d characters are kept, the text has %d bytes", row, len(got.Text))
			}
			if !utf8.ValidString(got.Text) || strings.ContainsRune(got.Text, utf8.RuneError) || what == "text" &&
				!strings.HasPrefix(got.Text, "stop it ") {
				t.Errorf("the text is cut amiss: %.40q…%.20q", got.Text, got.Text[max(0, len(got.Text)-20):])
			}
		})
	}
}
