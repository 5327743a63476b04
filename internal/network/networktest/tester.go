package networktest

import "context"

// Tester is what a fake wants of whoever opens it: a test, or the harness that tortures the program.
type Tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Cleanup(end func())
	Context() context.Context
}
