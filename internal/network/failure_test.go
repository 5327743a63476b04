package network

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"
)

func TestReasonOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		want Reason
	}{
		"refused":    {Fail(Refused, "no"), Refused},
		"signed out": {Fail(SignedOut, "who?"), SignedOut},
		"busy":       {Fail(Busy, "later"), Busy},
		"unknown":    {Fail(Unknown, "lost"), Unknown},
		"wrapped":    {fmt.Errorf("account x: %w", Fail(Busy, "later")), Busy},
		"outermost":  {Fail(Busy, "%w", Fail(Unknown, "lost")), Busy},
		"joined":     {errors.Join(io.EOF, Fail(Refused, "no")), Refused},
		"none":       {io.ErrUnexpectedEOF, Unknown}, // the careful one
	} {
		if got := ReasonOf(c.err); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestFailureKeepsItsCause(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("outer: %w", Fail(Busy, "no connection: %w", context.DeadlineExceeded))
	if !errors.Is(err, context.DeadlineExceeded) || err.Error() != "outer: no connection: context deadline exceeded" {
		t.Errorf("got %v", err)
	}
}

func TestRetryAt(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 11, 26, 9, 0, 0, 0, time.UTC)
	soon, fallback := now.Add(20*time.Second), now.Add(time.Minute)
	for name, c := range map[string]struct {
		err  error
		want time.Time
	}{
		"a time":          {&Failure{Reason: Busy, After: soon, Err: io.EOF}, soon},
		"seconds":         {&Failure{Reason: Busy, Wait: 20 * time.Second, Err: io.EOF}, soon},
		"both":            {&Failure{Reason: Busy, After: soon, Wait: time.Hour, Err: io.EOF}, now.Add(time.Hour)},
		"next year":       {&Failure{Reason: Busy, After: now.AddDate(1, 0, 0), Err: io.EOF}, now.Add(longestRest)},
		"our own bound":   {&Failure{Reason: Busy, Ours: true, After: now.AddDate(0, 0, 20), Err: io.EOF}, now.AddDate(0, 0, 20)},
		"past, seconds":   {&Failure{Reason: Busy, After: now.Add(-time.Second), Wait: 20 * time.Second, Err: io.EOF}, soon},
		"past":            {&Failure{Reason: Busy, After: now.Add(-time.Hour), Err: io.EOF}, fallback},
		"this instant":    {&Failure{Reason: Busy, After: now, Err: io.EOF}, fallback},
		"minus":           {&Failure{Reason: Busy, Wait: -time.Second, Err: io.EOF}, fallback},
		"nothing":         {Fail(Busy, "later"), fallback},
		"wrapped":         {fmt.Errorf("x: %w", &Failure{Reason: Busy, After: soon, Err: io.EOF}), soon},
		"another's error": {io.EOF, fallback},
	} {
		if got := RetryAt(c.err, now, time.Minute); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestFits(t *testing.T) {
	t.Parallel()
	for count, want := range map[int]bool{0: true, 500: true, 501: false} {
		if got := (Size{Count: count, Limit: 500}).Fits(); got != want {
			t.Errorf("%d of 500: %v", count, got)
		}
	}
}

func TestFindKind(t *testing.T) {
	t.Parallel()
	kinds := []Kind{{Name: "bluesky"}, {Name: "mastodon"}}
	if k := Find(kinds, "mastodon"); k != &kinds[1] {
		t.Errorf("got %v", k)
	}
	if k := Find(kinds, "weibo"); k != nil {
		t.Errorf("got %v", k)
	}
}
