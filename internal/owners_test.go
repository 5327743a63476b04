package internal_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// owners is which package a table belongs to: no other names it in its SQL.
var owners = map[string]string{
	"attachments": "outbox", "audit": "audit", "charged": "meter", "charges": "meter", "consents": "people", "coupons": "coupon",
	"cursors": "inbox",
	"erased":  "people", "followers": "people", "handles": "people", "leases": "lease", "machines": "lease", "magpie": "store",
	"marks":    "outbox",
	"mentions": "inbox", "metrics": "outbox", "needs": "need", "optouts": "people", "pauses": "pause", "person_tags": "people",
	"persons": "people",
	"posts":   "outbox", "redemptions": "coupon", "revisions": "revision", "river_job": "queue", "river_leader": "queue", "secrets": "vault",
	"selves": "inbox", "syncs": "people", "coupon_posts": "coupon", "coupon_counts": "coupon", "coupon_uses": "coupon", "left_out": "outbox", "held_out": "outbox",
	"orders": "orders", "tiers": "people", "merges": "people", "api_keys": "apikey", "api_answers": "apikey",
	"goose_db_version": "store",
}

// guests are packages that may read tables of others, and why.
var guests = map[string]string{
	"report":  "numbers over all that there is; it only reads",
	"segment": "conditions over people, in one statement",
	"torture": "compares what is in the database with what is on the network",
	"bench":   "fills databases and measures",
}

// within are tables that another package names in a condition of its own statement, in the
// transaction that sends: one more question would cost as much as the statement.
var within = map[string][]string{
	"outbox":  {"leases"},
	"publish": {"leases", "revisions"},
	"orders":  {"persons"}, // until when a list has counted
	"explain": {"persons"}, // one condition of a segment, of one person
}

var verb = regexp.MustCompile(`\b(SELECT|INSERT|UPDATE|DELETE|VACUUM)\b`)

var named = regexp.MustCompile(`(?i)\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)`)

// rooms are those of the bot. They hold no SQL: the packages that own the tables do.
var rooms = strings.Fields("site accounts compose agenda listen reply restore care checkup acts bot")

// TestTablesHaveOwners: a table is named by its owner alone, so that what it means is written
// in one place; the faces of the program hold no SQL at all.
func TestTablesHaveOwners(t *testing.T) {
	for _, s := range statements(t) {
		pkg := filepath.ToSlash(filepath.Dir(strings.SplitN(s.at, ":", 2)[0]))
		if verb.MatchString(s.text) && (strings.HasPrefix(pkg, "../cmd") || slices.Contains(rooms, pkg)) {
			t.Errorf("%s: SQL in a face: give it a name in the package that owns the table\n%s", s.at, s.text)
		}
		if guests[pkg] != "" || pkg == "store/storetest" || strings.HasSuffix(pkg, "test") {
			continue
		}
		for _, m := range named.FindAllStringSubmatch(s.text, -1) {
			owner, known := owners[strings.ToLower(m[1])]
			if known && owner != pkg && !slices.Contains(within[pkg], m[1]) {
				t.Errorf("%s: the table %s belongs to %s\n%s", s.at, m[1], owner, s.text)
			}
		}
	}
}

// TestEveryTableHasAnOwner: the migrations make no table that the list does not know.
func TestEveryTableHasAnOwner(t *testing.T) {
	for _, table := range created(t) {
		if owners[table] == "" {
			t.Errorf("the table %s belongs to nobody: add it to owners", table)
		}
	}
}

var (
	creates = regexp.MustCompile(`(?i)CREATE TABLE (?:IF NOT EXISTS )?([a-z_]+)`)
	drops   = regexp.MustCompile(`(?i)DROP TABLE ([a-z_]+)`)
)

// created are the tables that migrations make, without those that later ones drop.
func created(t *testing.T) []string {
	t.Helper()
	var made, dropped []string
	files, err := filepath.Glob("*/migrations/*.sql")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d migrations, %v", len(files), err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range creates.FindAllStringSubmatch(string(text), -1) {
			made = append(made, m[1])
		}
		for _, m := range drops.FindAllStringSubmatch(string(text), -1) {
			dropped = append(dropped, m[1])
		}
	}
	return slices.DeleteFunc(made, func(table string) bool { return slices.Contains(dropped, table) })
}
