package kit

import "time"

// Waiting has three names. A test waits for a signal, or for what it can look at, with Until; the other two say why there is none.

// Span lasts as long as the test's subject does: in it nothing may happen, or after it something is due.
func Span(d time.Duration) { time.Sleep(d) }

// Pause lies between two things that people, or a test, do.
func Pause(d time.Duration) { time.Sleep(d) }

// Throughout looks again and again, for a time.
func Throughout(d time.Duration, look func()) {
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		look()
	}
}

// Within looks now and then whether something is so, at the longest for a time, and tells whether it is.
func Within(most time.Duration, is func() bool) bool {
	for end := time.Now().Add(most); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}
