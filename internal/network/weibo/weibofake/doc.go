// Package weibofake is a Weibo open platform on loopback, in memory, for tests.
// It keeps the rules of the open.weibo.com pages as strictly as they are
// written, gives the answers of their examples, and fails on demand. It is no
// sandbox for people: nothing happens in it by itself.
//
// Read options.go first, then server.go, routes.go and share.go; account.go and
// person.go are how tests look at it and speak as people, push.go is the fan
// service, fault.go how it fails, world.go what the connectors' suite needs.
package weibofake
