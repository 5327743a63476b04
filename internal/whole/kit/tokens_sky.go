package kit

// Login signs in with a token on standard input, and may be killed at a point.
func (s *Shop) Login(token, point string) (said string, code int) {
	s.T.Helper()
	quick := *s
	quick.Env = append(append([]string{}, s.Env...), "MAGPIE_CRASH_AT="+point)
	return quick.Typed(token+"\n", "accounts", "login", "shop")
}
