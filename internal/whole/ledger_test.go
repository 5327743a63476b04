package whole_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver

	"magpie/internal/sandbox"
)

// row is a row of any table, by column.
type row map[string]string

// ledger is what the database says.
type ledger struct{ posts, coupons, mentions []row }

// read opens the database for reading alone.
func (s *shop) read(query string, args ...any) (out []row) {
	s.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.dir, "magpie.db")+"?mode=ro&_query_only=1&_busy_timeout=10000")
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(query, args...)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		s.t.Fatal(err)
	}
	for rows.Next() {
		values, to := make([]sql.NullString, len(names)), make([]any, len(names))
		for i := range values {
			to[i] = &values[i]
		}
		if err := rows.Scan(to...); err != nil {
			s.t.Fatal(err)
		}
		r := row{}
		for i, n := range names {
			r[n] = values[i].String
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	return out
}

// count is a number from the database.
func (s *shop) count(query string, args ...any) string {
	s.t.Helper()
	for _, v := range s.read(query, args...)[0] {
		return v
	}
	return ""
}

// state is where the posts of a step are: "sent", or "planned sent".
func (s *shop) state(step string) string {
	s.t.Helper()
	var all []string
	for _, r := range s.read(`SELECT state FROM posts WHERE step = $1 ORDER BY state`, step) {
		all = append(all, r["state"])
	}
	return strings.Join(all, " ")
}

// outbox is the ledger for the eyes of whoever reads a failed test.
func (s *shop) outbox() string {
	var b strings.Builder
	for _, r := range s.read(`SELECT state, account, campaign, step, kind, attempts, doubts, looks, code, reason, sealed_text FROM posts ORDER BY slot_at`) {
		fmt.Fprintf(&b, "%-9s %s %s/%s %s attempts=%s doubts=%s looks=%s %s %q %q\n", r["state"], r["account"], r["campaign"], r["step"], r["kind"],
			r["attempts"], r["doubts"], r["looks"], r["code"], r["reason"], r["sealed_text"])
	}
	for _, r := range s.read(`SELECT state, account, text, reason FROM mentions ORDER BY received_at`) {
		fmt.Fprintf(&b, "mention %s %s %q %q\n", r["state"], r["account"], r["text"], r["reason"])
	}
	return b.String()
}

func (s *shop) ledger() ledger {
	s.t.Helper()
	return ledger{s.read(`SELECT * FROM posts`), s.read(`SELECT * FROM coupons`), s.read(`SELECT * FROM mentions`)}
}

// timeline is everything the accounts have posted and not taken back.
func (s *shop) timeline(accounts ...string) (all []sandbox.Status) {
	for _, a := range accounts {
		for _, x := range s.net.Posts(a) {
			if !x.Deleted {
				all = append(all, x)
			}
		}
	}
	return all
}

// expected is what has to be there in the end, each exactly once.
type expected struct {
	steps    []string         // public posts
	answered []sandbox.Status // what people said
	codes    []string         // people who have one code
}

// check compares the network with the database and both with what is expected.
func (s *shop) check(want expected, accounts ...string) {
	s.t.Helper()
	if d := differences(s.timeline(accounts...), s.ledger(), want, time.Now()); len(d) > 0 {
		s.t.Errorf("%s\n\n%s", strings.Join(d, "\n"), s.outbox())
	}
}

// differences are the ways in which network, outbox, coupons and inbox do not
// agree, or are not what is expected.
func differences(net []sandbox.Status, l ledger, want expected, now time.Time) (out []string) {
	c := comparison{net: net, ledger: l}
	c.doubles()
	c.outbox(now)
	c.expected(want)
	c.coupons(want.codes)
	return c.out
}

type comparison struct {
	net []sandbox.Status
	ledger
	out []string
}

func (c *comparison) say(format string, args ...any) {
	c.out = append(c.out, fmt.Sprintf(format, args...))
}

// doubles are posts that a reader would see twice.
func (c *comparison) doubles() {
	seen := map[string]bool{}
	for _, x := range c.net {
		key := strings.Join([]string{x.Account, x.Visibility, x.InReplyTo, x.Text}, "|")
		if seen[key] {
			c.say("the network has it twice: %s", key)
		}
		seen[key] = true
	}
}

// outbox compares what is out with what was written down.
func (c *comparison) outbox(now time.Time) {
	rows := map[string]int{}
	for _, p := range c.posts {
		if p["remote_id"] != "" {
			rows[p["account"]+" "+p["remote_id"]]++
		}
		due := p["slot_at"] < fmt.Sprint(now.UnixMilli())
		if s := p["state"]; s != "sent" && s != "expanded" && (s != "planned" || due) {
			c.say("a post of %s/%s is %s (%s)", p["campaign"], p["step"], s, p["reason"])
		}
	}
	for _, x := range c.net {
		if n := rows[x.Account+" "+x.ID]; n != 1 {
			c.say("%d rows of the outbox know of this post on the network: %s %q", n, x.Account, x.Text)
		}
		delete(rows, x.Account+" "+x.ID)
	}
	for id := range rows {
		c.say("the outbox calls this sent, and the network does not have it: %s", id)
	}
}

func (c *comparison) expected(want expected) {
	for _, step := range want.steps {
		if n := count(c.posts, func(p row) bool { return p["step"] == step && p["state"] == "sent" }); n != 1 {
			c.say("%d posts of the step %s are sent, not 1", n, step)
		}
	}
	for _, m := range want.answered {
		if n := count(c.net, func(x sandbox.Status) bool { return x.InReplyTo == m.ID }); n != 1 {
			c.say("%q of %s has %d answers, not 1", m.Text, m.Account, n)
		}
		if n := count(c.mentions, func(r row) bool { return r["item"] == m.URI && r["state"] == "answered" }); n != 1 {
			c.say("%q of %s is answered in %d rows of the inbox, not 1", m.Text, m.Account, n)
		}
	}
	for _, m := range c.mentions {
		if m["state"] == "new" {
			c.say("the mention %q waits for ever", m["text"])
		}
	}
}

var codeRule = regexp.MustCompile(`\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b`)

// coupons compares the codes that people have seen with those that count as
// delivered.
func (c *comparison) coupons(people []string) {
	readers, has := map[string][]string{}, map[string][]string{}
	for _, x := range c.net {
		for _, code := range slices.Compact(codeRule.FindAllString(x.Text, -1)) {
			if x.Visibility != "direct" {
				c.say("the code %s is shown to everybody: %q", code, x.Text)
			}
			for _, who := range x.Mentions {
				if !slices.Contains(readers[code], who) {
					readers[code] = append(readers[code], who)
					has[who] = append(has[who], code)
				}
			}
		}
	}
	for code, who := range readers {
		if len(who) != 1 {
			c.say("the code %s was shown to %v", code, who)
		}
	}
	for _, who := range people {
		if len(has[who]) != 1 {
			c.say("%s has the codes %v, not 1", who, has[who])
		}
	}
	if len(has) != len(people) {
		c.say("%d people have codes, %d asked for one", len(has), len(people))
	}
	for _, k := range c.ledger.coupons {
		switch _, out := readers[k["code"]]; {
		case k["state"] == "reserved":
			c.say("the coupon %s is reserved for ever", k["code"])
		case out != (k["state"] == "delivered"):
			c.say("the coupon %s is %s, and on the network: %v", k["code"], k["state"], out)
		}
		delete(readers, k["code"])
	}
	for code := range readers {
		c.say("no coupon is known with the code %s that is on the network", code)
	}
}

func count[T any](all []T, is func(T) bool) (n int) {
	for _, x := range all {
		if is(x) {
			n++
		}
	}
	return n
}

// The comparison has to notice what it is for.
func TestComparisonNotices(t *testing.T) {
	good := sandbox.Status{ID: "1", Account: "shop", Text: "hello ABCD-EFGH-JKLM", Visibility: "direct", Mentions: []string{"ann"}, InReplyTo: "9"}
	m := sandbox.Status{ID: "9", URI: "u9", Account: "ann", Text: "deal"}
	l := func() ledger {
		return ledger{posts: []row{{"account": "shop", "remote_id": "1", "state": "sent", "step": "claim", "slot_at": "1"}},
			coupons:  []row{{"code": "ABCD-EFGH-JKLM", "state": "delivered"}},
			mentions: []row{{"item": "u9", "state": "answered"}}}
	}
	want := expected{steps: []string{"claim"}, answered: []sandbox.Status{m}, codes: []string{"ann"}}
	if d := differences([]sandbox.Status{good}, l(), want, time.Now()); len(d) > 0 {
		t.Fatalf("nothing is wrong, and it says: %q", d)
	}
	twice, other, open := good, good, good
	twice.ID, other.ID, other.Mentions, open.Visibility = "2", "3", []string{"bob"}, "public"
	other.InReplyTo, other.Text = "", "hello bob ABCD-EFGH-JKLM"
	state := func(table func(*ledger) []row, s string) func(*ledger) {
		return func(l *ledger) { table(l)[0]["state"] = s }
	}
	posts, coupons, mentions := func(l *ledger) []row { return l.posts }, func(l *ledger) []row { return l.coupons }, func(l *ledger) []row { return l.mentions }
	for name, c := range map[string]struct {
		net    []sandbox.Status
		change func(*ledger)
		says   string
	}{
		"a double post":      {[]sandbox.Status{good, twice}, nil, "has it twice"},
		"a post unrecorded":  {[]sandbox.Status{good, twice}, nil, "0 rows of the outbox"},
		"a lost post":        {nil, nil, "the network does not have it"},
		"a code for two":     {[]sandbox.Status{good, other}, nil, "was shown to [ann bob]"},
		"a code in public":   {[]sandbox.Status{open}, nil, "shown to everybody"},
		"a stuck post":       {[]sandbox.Status{good}, state(posts, "in doubt"), "is in doubt"},
		"a coupon reserved":  {[]sandbox.Status{good}, state(coupons, "reserved"), "reserved for ever"},
		"a coupon free":      {[]sandbox.Status{good}, state(coupons, "free"), "is free, and on the network"},
		"a coupon forgotten": {[]sandbox.Status{good}, func(l *ledger) { l.coupons = nil }, "no coupon is known"},
		"a mention waiting":  {[]sandbox.Status{good}, state(mentions, "new"), "waits for ever"},
		"a mention twice":    {[]sandbox.Status{good}, func(l *ledger) { l.mentions = append(l.mentions, l.mentions[0]) }, "answered in 2 rows"},
		"a slot left out":    {[]sandbox.Status{good}, state(posts, "planned"), "0 posts of the step claim"},
	} {
		book := l()
		if c.change != nil {
			c.change(&book)
		}
		if d := strings.Join(differences(c.net, book, want, time.Now()), "\n"); !strings.Contains(d, c.says) {
			t.Errorf("%s is not noticed; it says: %s", name, d)
		}
	}
}
