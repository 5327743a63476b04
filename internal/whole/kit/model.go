package kit

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// model is an OpenAI-compatible server. What it answers depends on a word in
// the customer's message.
type model struct {
	mu    sync.Mutex
	asked []string // the bodies of the requests
	keys  []string
}

var wordings = map[string]string{
	"friendly":  "Happy to help! Your code is {{code}}, and {{link}} leads you there.",
	"long":      strings.Repeat("This goes on and on. ", 60),
	"forbidden": "This is guaranteed to be the cheapest. {{code}}",
	"linked":    "Look at https://evil.example/ for {{code}}",
	"naming":    "Ask @somebody about {{code}}",
	"empty":     "",
	"invented":  "Take {{discount}} off with {{code}}",
}

func (s *Shop) Model() *model {
	m := &model{}
	server := httptest.NewServer(m)
	s.T.Cleanup(server.Close)
	s.Env = append(s.Env, "MODEL_KEY=key-to-the-model")
	s.Write("magpie.yaml", "settle: 1s\nmodel: {server: "+server.URL+"/v1, name: small, credentials: env:MODEL_KEY, timeout: 1s}\n")
	s.Write("campaigns/gift.yaml", "title: Gift\noffer: gift\nsteps:\n  claim:\n    accounts: [shop]\n    mention: {says: "+
		"[deal]}\n    say: claim\n"+
		"    ask: {instructions: Be kind., forbidden: [guaranteed]}\n")
	return m
}

// ServeHTTP implements http.Handler.
func (m *model) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Messages []struct{ Role, Content string }
	}
	body := new(strings.Builder)
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&q)
	for _, x := range q.Messages {
		body.WriteString(x.Role + ": " + x.Content + "\n")
	}
	m.mu.Lock()
	m.asked, m.keys = append(m.asked, body.String()), append(m.keys, r.Header.Get("Authorization"))
	m.mu.Unlock()
	text := body.String()
	switch {
	case err != nil || r.URL.Path != "/v1/chat/completions" || strings.Contains(text, "broken"):
		http.Error(w, "down for repairs, key-to-the-model", http.StatusInternalServerError)
		return
	case strings.Contains(text, "slow"):
		<-r.Context().Done()
		return
	case strings.Contains(text, "babble"):
		_, _ = w.Write([]byte("<html>no JSON</html>"))
		return
	}
	for word, answer := range wordings {
		if strings.Contains(text, word) {
			_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]string{"role": "assistant",
				"content": answer}}}})
			return
		}
	}
	_, _ = w.Write([]byte(`{"choices": []}`))
}

// Check looks at what the model was told.
func (m *model) Check(t *testing.T, s *Shop) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.asked) < 12 || m.keys[0] != "Bearer key-to-the-model" {
		t.Fatalf("it was asked %d times, with the key %q", len(m.asked), m.keys)
	}
	codes := s.Read(`SELECT code FROM coupons`)
	for _, text := range m.asked {
		for _, k := range codes {
			if strings.Contains(text, k["code"]) || strings.Contains(text, "shop.example") {
				t.Errorf("it was told a code or a link: %s", text)
			}
		}
		_, message, _ := strings.Cut(text, "user: <message>")
		if message, rest, _ := strings.Cut(message, "</message>"); strings.TrimSpace(rest) != "" || strings.Contains(message, "<message>") {
			t.Errorf("the message leaves its marks: %q", text)
		}
	}
}
