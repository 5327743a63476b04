package kit

// Real makes the accounts speak to the sandbox as to a real server, with tokens
// that “magpie accounts login” stored.
func (s *Shop) Real(accounts ...string) {
	s.T.Helper()
	for _, name := range accounts {
		s.Write("accounts/"+name+".yaml", "network: mastodon\nserver: "+s.Net.URL()+"\nabout: "+name+"\nlanguage: en\ntimezone: "+
			"UTC\ncredentials: stored\n")
	}
	for _, name := range accounts {
		if said, code := s.Typed("sandbox-"+name+"\n", "accounts", "login", name); code != 0 {
			s.T.Fatalf("login: %d: %s", code, said)
		}
	}
}
