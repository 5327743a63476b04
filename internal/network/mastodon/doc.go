// Package mastodon is the connector for Mastodon and the servers that speak
// its API. It trusts no server more than platforms of that kind deserve: an
// Idempotency-Key may be ignored, a stream may be missing, ids are strings.
//
// Read kind.go first, then publish.go and events.go.
package mastodon
