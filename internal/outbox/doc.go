// Package outbox is the ledger of all posts and what became of them. A post is
// written down once under its key, its final bytes are fixed in the
// transaction that makes it sending, just before the first call, and never
// change after; a lost answer is looked into before anything is sent again.
// What a post may do is the table in moves.go; docs/states.md has its picture.
//
// Pauses are no state: a paused post stays planned and is passed over.
//
// Read post.go, then publisher.go, freeze.go and doubt.go.
package outbox
