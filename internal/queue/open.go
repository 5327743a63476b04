package queue

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"magpie/internal/store"
)

// engine is the part of River that works.
type engine interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
}

// notify tells River's workers on all machines to look at a queue, in the words
// that River itself uses (riverpgxv5, NotifyMany).
const notify = `SELECT pg_notify(current_schema() || '.river_insert', json_build_object('queue', queue)::text)`

// pool is how many connections River has to Postgres.
const pool = 6

// open sets River up: one client on SQLite; on Postgres one that adds work in
// our transactions, and one that works, woken by the database.
func open(ctx context.Context, db *store.DB, cfg *river.Config) (*Queue, error) {
	if !db.Postgres() {
		c, err := client(ctx, db, riversqlite.New(db.Writer()), cfg)
		return &Queue{db: db, client: c, engine: c}, err
	}
	adding := &river.Config{Logger: cfg.Logger, FetchCooldown: cfg.FetchCooldown}
	c, err := client(ctx, db, riverdatabasesql.New(db.Writer()), adding)
	if err != nil || len(cfg.Queues) == 0 {
		return &Queue{db: db, client: c, engine: c}, err
	}
	to, err := connections(db)
	if err != nil {
		return nil, err
	}
	p, err := pgxpool.NewWithConfig(ctx, to)
	if err != nil {
		return nil, err
	}
	works, err := river.NewClient(riverpgxv5.New(p), cfg)
	return &Queue{db: db, client: c, engine: &pooled{works, p}}, err
}

func client[T any](ctx context.Context, db *store.DB, d riverdriver.Driver[T], cfg *river.Config) (*river.Client[T], error) {
	m, err := rivermigrate.New(d, &rivermigrate.Config{Logger: cfg.Logger})
	if err != nil {
		return nil, err
	}
	if made, err := m.Validate(ctx); err != nil || !made.OK {
		err = db.Alone(ctx, func() error {
			_, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return river.NewClient(d, cfg)
}

func connections(db *store.DB) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(db.URL())
	if err != nil {
		return nil, err
	}
	if cfg.ConnConfig, err = store.Config(db.URL()); err != nil {
		return nil, err
	}
	cfg.MaxConns = pool
	return cfg, nil
}

// pooled is a client that closes its connections when it has stopped.
type pooled struct {
	*river.Client[pgx.Tx]
	pool *pgxpool.Pool
}

// Stop waits for the work, then ends the connections.
func (p *pooled) Stop(ctx context.Context) error { return p.closed(p.Client.Stop(ctx)) }

// StopAndCancel cancels the work, then ends the connections.
func (p *pooled) StopAndCancel(ctx context.Context) error {
	return p.closed(p.Client.StopAndCancel(ctx))
}

func (p *pooled) closed(err error) error {
	if err == nil {
		p.pool.Close()
	}
	return err
}

// Rescue lets the work go on that processes were at which are not among live
// any more. River alone would wait for its leader to die and its jobs to be
// stuck. On SQLite call it with nobody, under the lock of the database. A
// process that only slept does its work twice then, which work may be.
func Rescue(ctx context.Context, db *store.DB, live []string) error {
	return db.Batch(ctx, func(tx *sql.Tx) error {
		if !db.Postgres() {
			_, err1 := tx.ExecContext(ctx, `DELETE FROM river_leader`)
			_, err2 := tx.ExecContext(ctx, `UPDATE river_job SET state = 'available', scheduled_at = strftime('%Y-%m-%d %H:%M:%f', 'now')
				WHERE state = 'running'`)
			return errors.Join(err1, err2)
		}
		if live == nil {
			live = []string{} // NULL would match nobody
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM river_leader WHERE NOT (leader_id = ANY($1))`, live); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE river_job SET state = 'available', scheduled_at = now()
			WHERE state = 'running' AND NOT (attempted_by[array_upper(attempted_by, 1)] = ANY($1))`, live); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, notify+` FROM (SELECT DISTINCT queue FROM river_job WHERE state = 'available') waiting`)
		return err
	})
}
