// Package networktest has two things to try a network.Client with: Network, a
// network made of memory, for rehearsals and tests of those who use clients;
// and Run, the suite that every connector passes, against its real server.
//
// Read memory.go for the first, suite.go for the second.
package networktest
