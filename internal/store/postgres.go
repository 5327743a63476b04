package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"golang.org/x/sys/unix"
)

const (
	// oneWriter is the advisory lock that every writing transaction begins with.
	// Several workspaces may share a database by their search_path.
	oneWriter = `SELECT pg_advisory_xact_lock(hashtext('magpie writes to ' || current_schema()))`
	// someWriters is the same lock, shared: for those who write beside each other.
	someWriters = `SELECT pg_advisory_xact_lock_shared(hashtext('magpie writes to ' || current_schema()))`
	// atOnce is how many transactions a process has that write beside each other.
	atOnce = 4
	// making is the lock of those who make or change tables.
	making, notMaking = `SELECT pg_advisory_lock(hashtext('magpie migrates ' || current_schema()))`,
		`SELECT pg_advisory_unlock(hashtext('magpie migrates ' || current_schema()))`
	// unheard is how long a silent connection is taken to be alive.
	unheard = 10 * time.Second
	// longest is how long those who share a commit may take.
	longest = time.Minute
)

func openPostgres(ctx context.Context, address string) (*DB, error) {
	cfg, err := Config(address)
	if err != nil {
		return nil, err
	}
	db := &DB{Path: shown(cfg), url: address}
	db.write = sql.OpenDB(connector(cfg))
	db.write.SetMaxOpenConns(4 + atOnce)
	db.write.SetMaxIdleConns(4 + atOnce)
	reading := cfg.Copy()
	reading.RuntimeParams["default_transaction_read_only"] = "on"
	db.Read = sql.OpenDB(connector(reading))
	db.Read.SetMaxOpenConns(6)
	db.Read.SetMaxIdleConns(6)
	if err := foreignTables(ctx, db); err != nil {
		return nil, errors.Join(err, db.Read.Close(), db.write.Close())
	}
	return db, nil
}

// Config is how connections to a Postgres database are made. One that a
// stopped machine has left in the middle of a transaction is ended by the
// server, so that nobody waits for it longer than a few seconds.
func Config(address string) (*pgx.ConnConfig, error) {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, notAddress()
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = unheard
	}
	p := cfg.RuntimeParams
	p["timezone"] = "UTC"
	if p["application_name"] == "" {
		p["application_name"] = "magpie"
	}
	p["idle_in_transaction_session_timeout"], p["statement_timeout"] = "3s", "60s"
	cfg.DialFunc = dialer().DialContext
	return cfg, nil
}

// Named is an address whose connections carry a name, for End.
func Named(address, name string) string {
	join := "?"
	if strings.Contains(address, "?") {
		join = "&"
	}
	return address + join + "application_name=" + url.PathEscape("magpie "+name)
}

// End ends the connections that processes of those names have left: one that
// stopped in the middle of writing would hold the others up.
func (db *DB) End(ctx context.Context, names []string) error {
	if !db.Postgres() || len(names) == 0 {
		return nil
	}
	full := make([]string, len(names))
	for i, n := range names {
		full[i] = "magpie " + n
	}
	_, err := db.Read.ExecContext(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
		AND usename = current_user
		AND application_name = ANY($1)`, full)
	return Explain(db.Path, err)
}

// dialer makes connections that notice when nobody is there any more.
func dialer() *net.Dialer {
	return &net.Dialer{
		Timeout:         unheard,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: unheard / 2, Interval: unheard / 4, Count: 2},
		Control: func(network, _ string, c syscall.RawConn) (err error) {
			if network == "unix" {
				return nil
			}
			control := c.Control(func(fd uintptr) {
				err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(unheard.Milliseconds()))
			})
			return errors.Join(control, err)
		},
	}
}

// shown is the address for the eyes of people.
func shown(cfg *pgx.ConnConfig) string {
	host := cfg.Host
	if cfg.Port != 5432 && cfg.Port != 0 && !strings.HasPrefix(host, "/") {
		host = net.JoinHostPort(cfg.Host, fmt.Sprint(cfg.Port))
	}
	return "postgres://" + host + "/" + cfg.Database // for people: nothing is escaped
}

// foreignTables looks, without changing anything, whether the database is ours or new.
func foreignTables(ctx context.Context, db *DB) error {
	var encoding string
	var somewhere, ours, others bool
	err := db.Read.QueryRowContext(ctx, `SELECT getdatabaseencoding(), current_schema() IS NOT NULL, to_regclass('magpie') IS NOT NULL,
		EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = current_schema())`).
		Scan(&encoding, &somewhere, &ours, &others)
	if err != nil {
		return Explain(db.Path, err)
	}
	if encoding != "UTF8" {
		return fmt.Errorf("%w: %s can't keep every language, its encoding is %s: make it with createdb --encoding=UTF8 --template=template0",
			ErrUnusable, db.Path, encoding)
	}
	if !somewhere {
		return fmt.Errorf("%w: %s has no such schema as the search_path in its address: make that schema first, or leave search_path out",
			ErrUnusable, db.Path)
	}
	if others && !ours {
		return fmt.Errorf("%w: %s belongs to another program: create a database for Magpie (createdb magpie) and name it with --database",
			ErrUnusable, db.Path)
	}
	return nil
}

// Alone runs fn while no other machine runs such a thing: making tables.
func (db *DB) Alone(ctx context.Context, fn func() error) error {
	if !db.Postgres() {
		done, err := makingFile(db.Path)
		if err != nil {
			return err
		}
		defer done()
		return fn()
	}
	cfg, err := Config(db.url)
	if err != nil {
		return err
	}
	c := stdlib.OpenDB(*cfg)
	defer c.Close()
	conn, err := c.Conn(ctx)
	if err != nil {
		return Explain(db.Path, err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, making); err != nil {
		return Explain(db.Path, err)
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), notMaking) }() // closing the connection does it too
	return fn()
}

// begin starts a writing transaction, when its turn has come.
func (db *DB) begin(ctx context.Context, turn turn) (*sql.Tx, error) {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil || turn == apart || !db.Postgres() {
		return tx, err
	}
	wait := oneWriter
	if turn == beside {
		wait = someWriters
	}
	if _, err := tx.ExecContext(ctx, wait); err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return tx, nil
}

// InTurn lets a transaction go on alone among those that name the same thing, until it ends: what it reads then is all that the others have
// written. On SQLite there is one writer, and nothing to do. Call it before reading.
func (db *DB) InTurn(ctx context.Context, tx *sql.Tx, what string) error {
	if !db.Postgres() {
		return nil
	}
	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtext('magpie ' || $1 || ' ' || current_schema()))`, what)
	return err
}
