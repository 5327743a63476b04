// Package store opens the database, migrates it and gives transactions. It
// knows no table but the migration log: each package brings its own.
//
// SQLite has one writer, so all writing goes through one connection; Batch
// lets those who write at the same time share one commit.
package store
