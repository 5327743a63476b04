package docs

import (
	"flag"
	"os"
	"testing"

	"magpie/internal/coupon"
	"magpie/internal/inbox"
	"magpie/internal/orders"
	"magpie/internal/outbox"
)

var update = flag.Bool("update", false, "write the generated parts of docs/ anew")

// TestStates holds the pictures of the states against the tables that the program obeys.
func TestStates(t *testing.T) {
	want := "# States\n\nWhat a post, a mention, a code and an order may do. These pictures are drawn from the tables in moves.go of\n" +
		"internal/outbox, internal/inbox, internal/coupon and internal/orders; no other statement changes a state\n" +
		"(`go test ./internal/docs -run States -update` draws them anew).\n"
	for _, x := range []struct{ title, picture string }{
		{"Posts", outbox.Ledger.Picture()}, {"Mentions", inbox.Ledger.Picture()}, {"Codes of offers", coupon.Ledger.Picture()},
		{"Uses of codes in orders", coupon.Uses.Picture()}, {"Orders", orders.Ledger.Picture()},
	} {
		want += "\n## " + x.title + "\n\n```mermaid\n" + x.picture + "```\n"
	}
	const file = "../../docs/states.md"
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != want {
		t.Errorf("docs/states.md is not what the tables say (%v): go test ./internal/docs -run States -update", err)
	}
}
