package kit

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"magpie/internal/sandbox"
)

// Slow lets every post of the shop take a while, so that one can act in the midst
// of a thread.
func (s *Shop) Slow(d time.Duration) { s.Net.Fail(Posting("shop", -1, sandbox.Delay(d))) }

// AtPart waits until so many parts are out.
func (s *Shop) AtPart(n int) {
	s.T.Helper()
	s.Until("parts are out", func() bool { return len(s.Timeline("shop")) >= n })
}

// Edit replaces some of the campaign's file; its time stays.
func (s *Shop) Edit(from, to string) {
	s.T.Helper()
	b, err := os.ReadFile(filepath.Join(s.Dir, "campaigns/tale.yaml"))
	if err != nil {
		s.T.Fatal(err)
	}
	s.Write("campaigns/tale.yaml", strings.Replace(string(b), from, to, 1))
}
