// Package xfake is the X API v2 as a server on loopback, in memory, for tests
// only: strict where docs/networks.md, X, says what X does, and failing on
// demand. It is no X for people, and knows no rule that nobody has written down;
// what is uncertain is an option.
//
// Read options.go first, then server.go, routes.go and create.go; people.go is
// how tests speak as people, inspect.go what they may look at, world.go how the
// suite of networktest sees it all.
package xfake
