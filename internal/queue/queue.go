package queue

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/sirupsen/logrus"

	"magpie/internal/store"
)

// Handler does a piece of work, and may do it again. After an error it is
// called again later, for ever; after Later, at that time.
type Handler func(ctx context.Context, id string) error

// Later is an error that is none: call again after a while.
type Later time.Duration

// Error says when.
func (l Later) Error() string { return "again in " + time.Duration(l).String() }

// Work is a kind of work and how many pieces of it are done at a time.
type Work struct {
	Do Handler
	// AtOnce is how many may run at the same time.
	AtOnce int
}

// pause before work that failed is tried again.
const pause = 10 * time.Second

// task is what River stores. A task that waits or runs is not added again.
type task struct {
	Name string `json:"name" river:"unique"`
	ID   string `json:"id" river:"unique"`
}

// Kind implements river.JobArgs.
func (task) Kind() string { return "task" }

// wake is a job for the year 2099, one for each queue: adding it outside a
// transaction makes River look at that queue at once instead of at the next
// poll.
type wake struct{}

// Kind implements river.JobArgs.
func (wake) Kind() string { return "wake" }

// Queue adds work and, once started, does it.
type Queue struct {
	db     *store.DB
	client *river.Client[*sql.Tx] // adds
	engine engine                 // works
	owner  string
	hands  *hands
}

// Open makes the queue's tables if need be. With work it can be started;
// without, it only takes work for another process to do. owner names this
// process among all that work on the database.
func Open(ctx context.Context, db *store.DB, owner string, work map[string]Work, log *logrus.Entry) (*Queue, error) {
	h := &hands{}
	q, err := open(ctx, db, config(owner, work, h, log))
	if err != nil {
		err = store.Explain(db.Path, err)
		for _, said := range []error{store.ErrUnusable, store.ErrAway, store.ErrFull} {
			if errors.Is(err, said) { // that is all that anybody has to know
				return nil, err
			}
		}
		return nil, fmt.Errorf("the job engine can't be set up: %w", err)
	}
	q.owner, q.hands = owner, h
	return q, nil
}

func config(owner string, work map[string]Work, h *hands, log *logrus.Entry) *river.Config {
	cfg := &river.Config{
		ID: owner, Logger: bridge(log), JobTimeout: 10 * time.Minute, RescueStuckJobsAfter: 15 * time.Minute,
		FetchCooldown: 2 * time.Millisecond, FetchPollInterval: 2 * time.Second,
		CompletedJobRetentionPeriod: time.Hour, ReindexerSchedule: river.NeverSchedule(),
	}
	if len(work) == 0 {
		return cfg
	}
	cfg.Queues, cfg.Workers = map[string]river.QueueConfig{}, river.NewWorkers()
	for name, w := range work {
		cfg.Queues[name] = river.QueueConfig{MaxWorkers: w.AtOnce}
	}
	river.AddWorker(cfg.Workers, &worker{work: work, hands: h, log: log})
	river.AddWorker(cfg.Workers, river.WorkFunc(func(context.Context, *river.Job[wake]) error { return nil }))
	return cfg
}

// bridge lets River's errors into our log, for whoever debugs: that work stands
// still, health says in plain words.
func bridge(log *logrus.Entry) *slog.Logger {
	return slog.New(slog.NewTextHandler(log.WriterLevel(logrus.DebugLevel), &slog.HandlerOptions{Level: slog.LevelError}))
}

// Start begins to work.
func (q *Queue) Start(ctx context.Context) error { return q.engine.Start(ctx) }

// grace is how long work may take to end by itself.
const grace = 5 * time.Second

// Stop waits a little for what is being done, then cancels it: it may be
// repeated.
func (q *Queue) Stop(ctx context.Context) error {
	soon, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	if q.engine.Stop(soon) == nil {
		return nil
	}
	return q.engine.StopAndCancel(ctx)
}

// Add adds work in a transaction: it is done if and only if that commits. Work
// of the same name and id that waits already is not added again.
func (q *Queue) Add(ctx context.Context, tx *sql.Tx, name, id string) error {
	_, err := q.client.InsertTx(ctx, tx, task{name, id}, &river.InsertOpts{
		Queue: name, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable,
			rivertype.JobStateScheduled}},
	})
	return err
}

// Wake makes the queue look for work of that name now. Call it after the
// commit; without it the work begins within two seconds.
func (q *Queue) Wake(ctx context.Context, name string) {
	if q.db.Postgres() {
		_, _ = q.db.Writer().ExecContext(ctx, notify+` FROM (SELECT CAST($1 AS TEXT) AS queue) one`, name)
		return
	}
	_, _ = q.client.Insert(ctx, wake{}, &river.InsertOpts{ // only a hint: the poll comes anyway
		Queue: name, ScheduledAt: time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC), UniqueOpts: river.UniqueOpts{ByQueue: true}})
}

// Depth is how much work waits, by name.
func Depth(ctx context.Context, db *store.DB) (map[string]int, error) {
	rows, err := db.Read.QueryContext(ctx, `SELECT queue, count(*) FROM river_job
		WHERE state IN ('available', 'running', 'retryable', 'scheduled') AND kind = 'task' GROUP BY queue`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]int{}
	for rows.Next() {
		var name string
		var n int
		if err := rows.Scan(&name, &n); err != nil {
			return nil, err
		}
		out[name] = n
	}
	return out, rows.Err()
}

// Oldest is for how long the oldest piece of work waits that could begin, or has
// not ended though its time is up.
func Oldest(ctx context.Context, db *store.DB) (time.Duration, error) {
	age := `SELECT COALESCE(max((julianday('now') - julianday(scheduled_at)) * 86400), 0) FROM river_job WHERE kind = 'task'
		AND (state = 'available' OR state = 'running' AND julianday(attempted_at) < julianday('now') - 11 / 1440.0)`
	if db.Postgres() {
		age = `SELECT COALESCE(max(extract(epoch FROM now() - scheduled_at)), 0) FROM river_job WHERE kind = 'task'
			AND (state = 'available' OR state = 'running' AND attempted_at < now() - interval '11 minutes')`
	}
	var seconds float64
	err := db.Read.QueryRowContext(ctx, age).Scan(&seconds)
	return time.Duration(seconds * float64(time.Second)), err
}

// guarded turns a panic into an error: River would count it and give up.
func guarded(ctx context.Context, do Handler, id string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("internal error, please report it: %v", r)
		}
	}()
	return do(ctx, id)
}

type worker struct {
	river.WorkerDefaults[task]
	work  map[string]Work
	hands *hands
	log   *logrus.Entry
}

// Work implements river.Worker. An error is never handed to River, which
// gives up after 25.
func (w *worker) Work(ctx context.Context, job *river.Job[task]) error {
	w.hands.take(job.ID)
	defer func() { w.hands.lay(job.ID, time.Now()) }()
	err := guarded(ctx, w.work[job.Args.Name].Do, job.Args.ID)
	var later Later
	switch {
	case err == nil:
		return nil
	case errors.As(err, &later):
		return river.JobSnooze(time.Duration(later))
	}
	w.log.WithError(err).WithFields(logrus.Fields{"work": job.Args.Name, "id": job.Args.ID}).Error("a job failed; trying again")
	return river.JobSnooze(pause)
}
