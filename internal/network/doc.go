// Package network holds the words that every network shares (Draft, Receipt,
// Mention, Follower, Limits, Failure, Secret) and Client, the interface that
// moves them. It knows no network in particular: each has a folder of its own
// below this one, and networktest has the suite that all of them pass.
//
// Read client.go first, then failure.go.
package network
