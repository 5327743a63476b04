package network

import "sync"

// Shared keeps what one server said about its rate limits to our accounts there. Some servers count each account, others all that come from
// one address: that they do shows when more is gone than an account has used.
type Shared struct {
	mu       sync.Mutex
	accounts map[Secret]*used
	together bool // the server counts our accounts together
}

// used is what an account was told last, and what it has sent since.
type used struct {
	quota Quota
	calls int
}

// strangers is how many calls may be missing that are none of ours: of other programs, or under way at the same time.
const strangers = 3

// Sent notes a call of an account.
func (s *Shared) Sent(account Secret) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.accounts[account]; u != nil {
		u.calls++
	}
}

// Heard notes what an answer to an account said.
func (s *Shared) Heard(account Secret, q Quota) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.accounts == nil {
		s.accounts = map[Secret]*used{}
	}
	before := s.accounts[account]
	if before != nil && before.quota.Reset.Equal(q.Reset) && before.quota.Remaining-q.Remaining > before.calls+strangers {
		s.together = true
	}
	s.accounts[account] = &used{quota: q}
}

// Quota is what an account may use yet: where the server counts all together, what is left for all.
func (s *Shared) Quota(account Secret) Quota {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.together {
		return s.lowest()
	}
	if u := s.accounts[account]; u != nil {
		return u.quota
	}
	return Quota{}
}

// Least is what is left for the account that has least, of those that were told of the newest window: for what can wait.
func (s *Shared) Least() Quota {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lowest()
}

func (s *Shared) lowest() (q Quota) {
	for _, u := range s.accounts {
		if u.quota.Reset.After(q.Reset) || u.quota.Reset.Equal(q.Reset) && (q.Limit == 0 || u.quota.Remaining < q.Remaining) {
			q = u.quota
		}
	}
	return q
}
