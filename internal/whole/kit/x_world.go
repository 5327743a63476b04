package kit

// Run does what is due now, on the network of the account's file.
func (s *Shop) Run() string {
	s.T.Helper()
	return s.Must("run", "--once")
}
