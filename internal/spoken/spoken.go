// Package spoken says numbers and durations as people do.
package spoken

import (
	"fmt"
	"strings"
	"time"
)

// Count is 1 mistake, 2 mistakes, 12,345 replies.
func Count(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "y") && !strings.HasSuffix(noun, "day"):
		noun = strings.TrimSuffix(noun, "y") + "ie"
	}
	return fmt.Sprintf("%s %ss", Thousands(n), noun)
}

// Thousands prints 12,345.
func Thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Duration is less than a second, 5 seconds, 3 minutes, 2 hours 10 minutes, 4 days.
func Duration(d time.Duration) string {
	d = d.Abs()
	switch {
	case d < time.Second:
		return "less than a second"
	case d < time.Minute:
		return Count(int(d.Round(time.Second)/time.Second), "second")
	case d < time.Hour:
		return Count(int(d.Round(time.Minute)/time.Minute), "minute")
	case d < 48*time.Hour:
		d = d.Round(time.Minute)
		s := Count(int(d/time.Hour), "hour")
		if m := int(d % time.Hour / time.Minute); m > 0 {
			s += " " + Count(m, "minute")
		}
		return s
	}
	return Count(int(d.Round(24*time.Hour)/(24*time.Hour)), "day")
}
