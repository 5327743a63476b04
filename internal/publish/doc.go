// Package publish sends the posts of one account: what is due, in the order and at the pace that the account's file and the
// network allow. It fixes a post's bytes in the transaction that makes it sending, and after a lost answer it looks on the
// network before anything is sent again. What a post may do is in outbox; here is when.
//
// Read publisher.go, then freeze.go, result.go and prove.go.
package publish
