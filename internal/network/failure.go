package network

import (
	"errors"
	"fmt"
	"time"
)

// Reason says what to do after a failure.
type Reason string

// The reasons. Every error of a Client has one.
const (
	Refused   Reason = "refused"    // this text or this target, never: do not try again
	SignedOut Reason = "signed out" // pause the account, tell a person
	Busy      Reason = "busy"       // provably not out: again at After; not an attempt
	Unknown   Reason = "unknown"    // it may be out there: look before sending again
	Unproven  Reason = "unproven"   // of Find: it was not found, and that does not prove that it is not out: ask a person
	Partly    Reason = "partly"     // of Events and Posts: what came is good, and there may be more
)

// Failure is the error of every Client method.
type Failure struct {
	Reason Reason
	After  time.Time     // Busy: when to try again; zero: the caller decides
	Wait   time.Duration // Busy: how long to wait, where the network said so in seconds
	Ours   bool          // Busy: not the network, a bound that the account's file sets
	AtWork bool          // Busy: the network still works on this post's pictures or videos
	Only   bool          // Busy: it concerns this post, not what else the account does
	Passes bool          // Partly: it may pass by itself; a person has to know if it lasts
	Lost   bool          // Partly: what was not heard is lost, the next reading is whole again
	Pay    bool          // Busy: until a person has paid the network, or it counts anew
	Limits bool          // Busy: the server's limits are other than it had said: ask for them, and word the post anew
	Err    error
}

// Error says what happened, in the network's words where it gave any.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Err }

// Fail makes a Failure.
func Fail(r Reason, format string, args ...any) *Failure {
	return &Failure{Reason: r, Err: fmt.Errorf(format, args...)}
}

// ReasonOf returns the reason of err; Unknown for an error that has none.
func ReasonOf(err error) Reason {
	var f *Failure
	if errors.As(err, &f) {
		return f.Reason
	}
	return Unknown
}

// IsAtWork tells whether err is that the network still works on pictures or videos.
func IsAtWork(err error) bool {
	var f *Failure
	return errors.As(err, &f) && f.AtWork
}

// IsOurs tells whether err comes of a bound that the account's file sets.
func IsOurs(err error) bool {
	var f *Failure
	return errors.As(err, &f) && f.Ours
}

// IsLost tells whether all was read but what can't be.
func IsLost(err error) bool {
	var f *Failure
	return errors.As(err, &f) && f.Lost
}

// IsUnpaid tells whether the network does nothing until a person has paid.
func IsUnpaid(err error) bool {
	var f *Failure
	return errors.As(err, &f) && f.Pay
}

// RetryAt returns when a Busy failure may be tried again: the later of what the network said, a day from now at most, and
// fallback after now where it said nothing.
func RetryAt(err error, now time.Time, fallback time.Duration) time.Time {
	at, most := now, now.Add(longestRest)
	var f *Failure
	if errors.As(err, &f) {
		if f.After.After(at) {
			at = f.After
		}
		if t := now.Add(f.Wait); t.After(at) {
			at = t
		}
		if at.After(most) && !f.Ours {
			at = most
		}
	}
	if at.Equal(now) {
		return now.Add(fallback)
	}
	return at
}

// HasOtherLimits tells whether the server's limits have turned out to be other than it had said.
func HasOtherLimits(err error) bool {
	var f *Failure
	return errors.As(err, &f) && f.Limits
}
