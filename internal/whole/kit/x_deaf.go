package kit

// NotHeard is what the web hook was told of what the account can't hear.
func (h *hook) NotHeard(words ...string) int {
	return Count(h.Of("not heard"), func(n told) bool { return Contains(n.Text, append(words, "shop")...) })
}

// TenMinutes lets that time pass since something was not heard first.
func (s *Shop) TenMinutes() {
	s.T.Helper()
	s.Tamper(`UPDATE magpie SET value = CAST(value AS INTEGER) - 660000 WHERE name LIKE 'deaf since%' AND value <> ''`)
}
