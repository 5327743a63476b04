package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"
)

// ErrFull is behind the error when there is no room left on the disk.
var ErrFull = errors.New("the disk is full")

// ErrAway is behind the error when the database does not answer now and may do
// so in a moment. What was being written may be written, or not.
var ErrAway = errors.New("the database does not answer")

// Unfit tells whether an error is of what was to be written, and not of the database: it
// would be the same for ever (SQLite, Result Codes; PostgreSQL manual, Appendix A: classes
// 22, 23, 54, and P0 of triggers).
func Unfit(err error) bool {
	var s sqlite3.Error
	if errors.As(err, &s) {
		return s.Code == sqlite3.ErrConstraint || s.Code == sqlite3.ErrTooBig || s.Code == sqlite3.ErrMismatch
	}
	var p *pgconn.PgError
	if errors.As(err, &p) && len(p.Code) == 5 {
		return slices.Contains([]string{"22", "23", "54", "P0"}, p.Code[:2])
	}
	return false
}

// Explain puts what an operator can mend into words.
func Explain(path string, err error) error {
	if err == nil || errors.Is(err, ErrFull) || errors.Is(err, ErrAway) || errors.Is(err, ErrUnusable) {
		return err
	}
	var s sqlite3.Error
	if errors.As(err, &s) {
		return explainSQLite(path, s, err)
	}
	var p *pgconn.PgError
	if errors.As(err, &p) {
		return explainPostgres(path, p, err)
	}
	if errors.Is(err, context.DeadlineExceeded) && !IsPostgres(path) {
		return fmt.Errorf("%w: %s took too long: is the machine or its disk overloaded?", ErrAway, path)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: %s took too long: is Postgres running there, and may this machine reach it?", ErrAway, path)
	}
	if strings.Contains(err.Error(), "refused TLS") {
		return fmt.Errorf("%w: %s offers no encryption: set it up there, or write sslmode=disable into the address", ErrUnusable, path)
	}
	if connection(err) {
		return fmt.Errorf("%w: %s (%s): is Postgres running there, and may this machine reach it?", ErrAway, path, plain(err))
	}
	return err
}

func explainSQLite(path string, s sqlite3.Error, err error) error {
	switch s.Code {
	case sqlite3.ErrFull:
		return fmt.Errorf("%w: %s could not be written; make room and start again, nothing is lost (%w)", ErrFull, path, err)
	case sqlite3.ErrCantOpen:
		return fmt.Errorf("%w: %s can't be opened: does the folder exist, and may Magpie write there?", ErrUnusable, path)
	case sqlite3.ErrNotADB:
		return fmt.Errorf("%w: %s is not a database: choose another file with --database", ErrUnusable, path)
	case sqlite3.ErrReadonly:
		return fmt.Errorf("%w: %s can't be written: is the file or its folder read only?", ErrUnusable, path)
	case sqlite3.ErrCorrupt:
		return fmt.Errorf("%w: %s is damaged: restore a copy", ErrUnusable, path)
	case sqlite3.ErrIoErr:
		return fmt.Errorf("%w: %s: the disk fails (%w)", ErrAway, path, err)
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return fmt.Errorf("%w: another program holds %s: close what has it open (%w)", ErrAway, path, err)
	case sqlite3.ErrNomem:
		return fmt.Errorf("%w: this machine is out of memory", ErrAway)
	}
	return err
}

// explainPostgres goes by the SQLSTATE (PostgreSQL manual, Appendix A).
func explainPostgres(path string, p *pgconn.PgError, err error) error {
	switch p.Code {
	case "53100":
		return fmt.Errorf("%w: the server of %s has no room left; make some, nothing is lost (%s)", ErrFull, path, p.Message)
	case "53200":
		return fmt.Errorf("%w: the server of %s is out of memory", ErrAway, path)
	case "25P03", "25P04":
		return fmt.Errorf("%w: %s ended a transaction that took too long", ErrAway, path)
	case "25006":
		return fmt.Errorf("%w: %s can only be read: is it a standby?", ErrUnusable, path)
	case "42501":
		return fmt.Errorf("%w: the user of %s may not make or write tables there: let it own the database", ErrUnusable, path)
	case "XX001", "XX002":
		return fmt.Errorf("%w: %s is damaged: restore a copy", ErrUnusable, path)
	}
	if err := explainPooler(path, p); err != nil {
		return err
	}
	switch p.Code[:2] {
	case "53":
		return fmt.Errorf("%w: %s accepts no more connections at the moment (max_connections)", ErrAway, path)
	case "08":
		if p.Severity == "FATAL" && p.Message != "" && !strings.Contains(p.Message, "password") {
			return fmt.Errorf("%w: %s, or a pooler before it, refuses the connection: %s", ErrUnusable, path, p.Message)
		}
		if strings.Contains(p.Message, "password") {
			return fmt.Errorf("%w: %s refuses the user or the password in its address", ErrUnusable, path)
		}
		return fmt.Errorf("%w: %s is stopping, starting, busy, or took too long", ErrAway, path)
	case "40", "57":
		return fmt.Errorf("%w: %s is stopping, starting, busy, or took too long", ErrAway, path)
	case "28":
		return fmt.Errorf("%w: %s refuses the user or the password in its address", ErrUnusable, path)
	case "3D":
		return fmt.Errorf("%w: the server has no such database as %s: make it with createdb", ErrUnusable, path)
	}
	return err
}

// parameter is what PgBouncer does not pass on (PgBouncer, Configuration, ignore_startup_parameters).
var parameter = regexp.MustCompile(`unsupported startup parameter(?: in options)?: (\S+)`)

// explainPooler says what stands between Magpie and Postgres and how to set it; nil if
// nothing does.
func explainPooler(path string, p *pgconn.PgError) error {
	if m := parameter.FindStringSubmatch(p.Message); m != nil {
		return fmt.Errorf("%w: %s is a PgBouncer that refuses the parameter %s: "+
			"write ignore_startup_parameters = idle_in_transaction_session_timeout, statement_timeout, "+
			"default_transaction_read_only, timezone into its settings and pool_mode = session, or connect to Postgres itself",
			ErrUnusable, path,
			m[1])
	}
	if p.Code == "42P05" || p.Code == "26000" {
		return fmt.Errorf("%w: %s is a pooler that hands each transaction to another connection: "+
			"set pool_mode = session, or connect to Postgres itself", ErrUnusable, path)
	}
	return nil
}

// connection tells whether an error comes from the line, not from the server.
func connection(err error) bool {
	var c *pgconn.ConnectError
	var n net.Error
	return errors.As(err, &c) || errors.As(err, &n) || pgconn.Timeout(err) || strings.Contains(err.Error(), "conn closed") ||
		strings.Contains(err.Error(), "unexpected EOF") || strings.Contains(err.Error(), "bad connection")
}

// plain is the innermost cause, in a few words: a ConnectError tells of every
// address it tried, and of the user.
func plain(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, ": "); i >= 0 {
		text = text[i+2:]
	}
	return strings.TrimRight(text, ")")
}
