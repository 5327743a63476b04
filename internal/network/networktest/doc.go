// Package networktest has Run, the suite that every connector passes, against its real server,
// and what its tests need: a proxy that spoils answers, pictures, worlds of people.
//
// Read suite.go.
package networktest
