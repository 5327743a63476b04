package storetest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/mattn/go-sqlite3"

	"magpie/internal/store"
)

// A brand's database grows for years: a statement that goes through all posts, codes or people is quick in a test, and halts
// everything on a real one. So each statement that a test gives SQLite is looked at once, by EXPLAIN QUERY PLAN.

// large are the tables that grow with the years.
var large = []string{"posts", "coupons", "coupon_posts", "mentions", "persons", "handles", "consents", "followers", "audit", "redemptions",
	"metrics", "person_tags", "optouts", "orders", "coupon_uses"}

// watched is the driver of SQLite, with that look.
const watched = "sqlite3 watched"

// watch lets all databases of this process be opened by it.
func watch() {
	sql.Register(watched, watcher{})
	store.SQLite = watched
}

type watcher struct{ sqlite3.SQLiteDriver }

// Open implements driver.Driver.
func (w watcher) Open(name string) (driver.Conn, error) {
	c, err := w.SQLiteDriver.Open(name)
	if err != nil {
		return nil, err
	}
	return &conn{c.(*sqlite3.SQLiteConn)}, nil
}

// conn is a connection whose statements are looked at.
type conn struct{ *sqlite3.SQLiteConn }

// Bare is the connection itself.
func (c *conn) Bare() *sqlite3.SQLiteConn { return c.SQLiteConn }

// PrepareContext implements driver.ConnPrepareContext.
func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	c.look(query)
	return c.SQLiteConn.PrepareContext(ctx, query)
}

// QueryContext implements driver.QueryerContext.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.look(query)
	return c.SQLiteConn.QueryContext(ctx, query, args)
}

// ExecContext implements driver.ExecerContext.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.look(query)
	return c.SQLiteConn.ExecContext(ctx, query, args)
}

// scans are what was found, by statement.
var scans = struct {
	sync.Mutex
	seen  map[string]bool
	found map[string]string
}{seen: map[string]bool{}, found: map[string]string{}}

var planned = regexp.MustCompile(`^\s*(SELECT|WITH|UPDATE|DELETE|INSERT)\b`)

// look notes a statement that goes through all rows of a large table.
func (c *conn) look(query string) {
	scans.Lock()
	defer scans.Unlock()
	text := strings.Join(strings.Fields(query), " ")
	if scans.seen[text] || !planned.MatchString(query) || !atWork() {
		return
	}
	plan, err := c.plan(query)
	if err != nil {
		return // the statement itself says what is wrong with it; the tables may not be there yet
	}
	scans.seen[text] = true
	whole, err := c.wholeIndexes()
	if err != nil {
		return
	}
	names := aliases(text)
	for _, step := range plan {
		m := scanned.FindStringSubmatch(step)
		if m != nil && slices.Contains(large, names[m[1]+m[3]]) && (m[2] == "" || slices.Contains(whole, m[2])) {
			scans.found[text] = step
		}
	}
}

// atWork tells whether the statement comes from the program itself: neither from a test, nor from a migration, which runs once.
func atWork() bool {
	var at [64]uintptr
	frames := runtime.CallersFrames(at[:runtime.Callers(2, at[:])])
	for {
		f, more := frames.Next()
		switch {
		case strings.Contains(f.Function, "pressly/goose"):
			return false
		case strings.HasPrefix(f.Function, "magpie/") && !strings.HasPrefix(f.Function, "magpie/internal/store"):
			return !strings.HasSuffix(f.File, "_test.go") && !strings.Contains(f.Function, "test.")
		case !more:
			return false
		}
	}
}

var (
	scanned = regexp.MustCompile(`^(?:SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?|SEARCH (\w+)(?:$| USING AUTOMATIC))`)
	// A table follows one of these words, or, if it is a large one, a comma.
	from = regexp.MustCompile(`(?i)\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)(?:\s+(?:AS\s+)?(\w+))?`)
)

var comma = regexp.MustCompile(`(?i),\s*(` + strings.Join(large, "|") + `)\b(?:\s+(?:AS\s+)?(\w+))?`)

// aliases are the names under which a statement has its tables.
func aliases(text string) map[string]string {
	out := map[string]string{}
	for _, rule := range []*regexp.Regexp{from, comma} {
		for _, m := range rule.FindAllStringSubmatch(text, -1) {
			if out[m[1]] = m[1]; m[2] != "" {
				out[m[2]] = m[1]
			}
		}
	}
	return out
}

// plan is how SQLite would go about a statement.
func (c *conn) plan(query string) (steps []string, err error) {
	return c.column("EXPLAIN QUERY PLAN "+query, 3)
}

// wholeIndexes are those that have all rows of their table, or all but those where a column is empty.
func (c *conn) wholeIndexes() ([]string, error) {
	return c.column(`SELECT name FROM sqlite_master WHERE type = 'index' AND (sql IS NULL OR lower(sql) NOT LIKE '% where %'
		OR lower(sql) LIKE '% is not null')`, 0)
}

// column reads one column, with no values for the statement's parameters.
func (c *conn) column(query string, n int) (out []string, err error) {
	stmt, err := c.Prepare(query)
	if err != nil {
		return nil, err
	}
	defer stmt.Close()
	rows, err := stmt.Query(make([]driver.Value, stmt.NumInput())) //nolint:staticcheck // there is no context here
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	values := make([]driver.Value, len(rows.Columns()))
	for {
		if err = rows.Next(values); err != nil {
			break
		}
		out = append(out, fmt.Sprint(values[n]))
	}
	if err == io.EOF {
		err = nil
	}
	return out, err
}

// reportScans prints what was found, and tells whether there is anything.
func reportScans() bool {
	scans.Lock()
	defer scans.Unlock()
	any := false
	for text, step := range scans.found {
		if !mayScan(text) {
			fmt.Printf("%s: each row is looked at, which takes ever longer on a database that grows:\n    %s\n", step, text)
			any = true
		}
	}
	return any
}

// allowed are parts of statements that may, and why.
var allowed = map[string]string{
	"count(*) FROM persons p WHERE ":            "somebody asks how many are in a segment",
	"SELECT EXISTS (SELECT 1 FROM ":             "the first row is enough",
	"SET state = 'recalled' WHERE":              "a rehearsal leaves out what is under way, once, on a copy",
	"SELECT network, handle FROM handles":       "once, when the program learned to fold names",
	"code <> '' ORDER BY sent_at LIMIT":         "the demo, of its own few posts",
	"SELECT campaign, step, account, segment, ": "a report over all there is",
	"FROM optouts WHERE at >=":                  "a report over all there is",
	"SELECT p.sent_at - m.received_at":          "a report over all there is",
	"SELECT held, count(*), sum(CASE":           "a report over all there is",
	"WITH o AS (SELECT o.person":                "a report over all there is",
	"SELECT count(DISTINCT person)":             "a report over all there is",
	"ntile(5) OVER":                             "value tiers are of all customers, once a day",
}

// mayScan tells whether a statement may.
func mayScan(text string) bool {
	for part := range allowed {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
