package whole_test

import "time"

// after is a channel that speaks after some seconds.
func after(seconds int) <-chan time.Time { return time.After(time.Duration(seconds) * time.Second) }
