// Package kit is what the tests of the whole program have in common: the program, built so that it can be killed at any point, shops
// whose files, networks and databases are tampered with, and the comparison of the network with the outbox in the end.
//
// Read shop.go, then compare.go.
package kit
