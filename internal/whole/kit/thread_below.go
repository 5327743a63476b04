package kit

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// Say posts below something by hand, in the network's own app, and returns its id.
func (s *Shop) Say(below, text string) string {
	s.T.Helper()
	r, err := http.NewRequest(http.MethodPost, s.Net.URL()+"/api/v1/statuses",
		strings.NewReader(url.Values{"status": {text}, "in_reply_to_id": {below}}.Encode()))
	if err != nil {
		s.T.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer sandbox-shop")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		s.T.Fatal(err)
	}
	defer resp.Body.Close()
	var out struct{ ID string }
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || out.ID == "" {
		s.T.Fatalf("the network answered %s: %v", resp.Status, err)
	}
	return out.ID
}

// RefusedToSend fails unless a part is not sent, and it is told what to say.
func (s *Shop) RefusedToSend(args ...string) {
	s.T.Helper()
	said, code := s.Magpie(append([]string{"outbox", "settle", "send"}, args...)...)
	if code != 3 || !Contains(said, "the part before it", "--url", args[len(args)-1]) {
		s.T.Errorf("%v: exit %d: %s", args, code, said)
	}
}
