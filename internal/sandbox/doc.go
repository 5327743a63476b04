// Package sandbox is a Mastodon-API server on loopback, in memory: a place to
// rehearse, to demonstrate and to test in, with followers that react. It is
// strict where servers differ, and fails on demand. It is no server for people:
// it stores nothing, talks to no other server and listens on loopback only.
//
// Read options.go first, then server.go, routes.go and post.go; people.go is how
// tests speak as people, crowd.go how people speak by themselves.
package sandbox
