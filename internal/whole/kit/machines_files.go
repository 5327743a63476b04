package kit

import (
	"strings"
)

// Speaks waits until all accounts answer in these words, and tells what was
// asked.
func (s *Shop) Speaks(want *Expected, words string, accounts ...string) {
	s.T.Helper()
	from := len(want.Answered)
	want.Ask(s, accounts...)
	s.All(*want, Four...)
	for _, m := range want.Answered[from:] {
		if x := s.Answers(m, accounts...); len(x) != 1 || !strings.Contains(x[0].Text, words) {
			s.T.Errorf("the answer is %v, not %q", x, words)
		}
	}
}
