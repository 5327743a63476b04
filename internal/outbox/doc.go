// Package outbox is the ledger of all posts and what became of them. A post is
// written down once under its key, its final bytes are fixed when it is frozen,
// just before the first call, and never change after. What a post may do is the
// table in moves.go; docs/states.md has its picture. Package publish sends them.
//
// Pauses are no state: a paused post stays planned and is passed over.
//
// Read post.go and moves.go, then due.go and way.go, which publish goes by.
package outbox
