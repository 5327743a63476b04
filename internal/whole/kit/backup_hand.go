package kit

// Lives runs the program while something is done.
func (s *Shop) Lives(do func()) {
	s.T.Helper()
	p := s.Start()
	s.Until("it runs", func() bool { return p.Log.Says("running;") == 1 && s.Net.Streams() == 2 })
	do()
	p.Stop()
}
