// Package store opens the database, migrates it and gives transactions. It
// knows no table but the migration log and its own marks: each package brings
// its own.
//
// Whatever the database, one writes at a time: SQLite has one writer, and on
// Postgres every writing transaction begins with the same advisory lock. So a
// transaction may look and then act, and nothing comes between (see
// docs/decisions/postgres.md). Batch lets those who write at the same time
// share one commit.
package store
