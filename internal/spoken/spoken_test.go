package spoken

import (
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "less than a second", 300 * time.Millisecond: "less than a second", time.Second: "1 second",
		5*time.Second + 400*time.Millisecond: "5 seconds",
		-7 * time.Second:                     "7 seconds", time.Minute: "1 minute", 90 * time.Second: "2 minutes", time.Hour: "1 hour",
		2*time.Hour + 10*time.Minute: "2 hours 10 minutes",
		25 * time.Hour:               "25 hours", 72 * time.Hour: "3 days", 72*time.Hour + 20*time.Minute: "3 days",
	} {
		if got := Duration(d); got != want {
			t.Errorf("%v is %q, not %q", d, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for want, got := range map[string]string{"1 account": Count(1, "account"), "0 accounts": Count(0, "account"),
		"12,345 replies": Count(12345, "reply"),
		"2 days":         Count(2, "day"), "-1,000": Thousands(-1000), "-100": Thousands(-100)} {
		if got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}
