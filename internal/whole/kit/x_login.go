package kit

// NothingStored tells that no secret is in the database.
func (s *Shop) NothingStored() {
	s.T.Helper()
	if n := s.Count(`SELECT count(*) FROM secrets`); n != "0" {
		s.T.Errorf("%s secrets are stored", n)
	}
}
