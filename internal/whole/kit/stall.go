package kit

import (
	"time"

	"magpie/internal/sandbox"
)

// Posting is a fault of posting a status.
func Posting(account string, times int, e sandbox.Effect) sandbox.Fault {
	return sandbox.Fault{Method: "POST", PathPrefix: "/api/v1/statuses", Account: account, Times: times, What: e}
}

// Due makes public posts of the shop due now, each from the template of its name.
func (s *Shop) Due(steps ...string) {
	text := "title: Now\nsteps:\n"
	for _, step := range steps {
		text += "  " + step + ": {accounts: [shop], at: " + At(2*time.Second) + ", say: " + step + "}\n"
	}
	s.Write("campaigns/now.yaml", text)
}

// Asked is how often the server was asked to store a post.
func (s *Shop) Asked() int {
	return Count(s.Net.Requests(), func(r sandbox.Request) bool { return r.Method == "POST" && r.Path == "/api/v1/statuses" })
}

// All waits until network and database are as they should be in the end.
func (s *Shop) All(want Expected, accounts ...string) {
	s.T.Helper()
	for end := time.Now().Add(Patience); time.Now().Before(end) && len(Differences(s.Timeline(accounts...), s.Ledger(), want,
		time.Now())) > 0; {
		s.Attend()
		Pause(50 * time.Millisecond)
	}
	s.Check(want, accounts...)
}
