//go:build !crashtest

// Package crash kills the program at a named point, in the builds that tests
// make with the tag crashtest. In every other build it does nothing.
package crash

// At does nothing in this build.
func At(string) {}

// Fault is false in this build.
func Fault(string) bool { return false }
