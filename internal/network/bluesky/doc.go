// Package bluesky is the connector for Bluesky: a thin XRPC client of an
// account's own PDS. Posts are put under a key of their own, so that sending
// the same bytes again is always safe; chat messages have no such key.
//
// Read kind.go first, then seal.go and publish.go.
package bluesky
