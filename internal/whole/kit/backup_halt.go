package kit

import (
	"time"

	"magpie/internal/sandbox"
)

// Posts is how often the server was asked to store something since an instant.
func (s *Shop) Posts(since time.Time) int {
	return Count(s.Net.Requests(), func(r sandbox.Request) bool {
		return r.Method == "POST" && r.Path == "/api/v1/statuses" && r.At.After(since)
	})
}
