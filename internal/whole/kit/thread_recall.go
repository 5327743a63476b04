package kit

// PartID is the post of a part of the thread, from 1.
func (s *Shop) PartID(n int) string {
	s.T.Helper()
	if n == 1 {
		return s.Read(`SELECT id FROM posts WHERE step = 'tale' AND follows = ''`)[0]["id"]
	}
	return s.Read(`SELECT id FROM posts WHERE follows = $1`, s.PartID(n-1))[0]["id"]
}
