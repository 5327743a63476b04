package kit

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// Call makes one call of the shop's API, and returns its status and what it answers.
func (p *Process) Call(t *testing.T, key, path, idempotency, body string) (status int, answer string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.Probes()+"/api/v1/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Idempotency-Key", idempotency)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// Sells makes of the shop one that sells in euros: a list joins two whom we knew apart, another has orders, and there is a key for the API.
func (s *Shop) Sells() (key string) {
	s.T.Helper()
	s.Write("magpie.yaml", "settle: 1s\ncurrency: EUR\n")
	for name, list := range map[string]string{"one.csv": "mastodon,customer\neve@elsewhere.example,\n,77\n",
		"two.csv": "mastodon,customer,name\neve@elsewhere.example,77,Eve\n"} {
		s.Write(name, list)
	}
	s.Must("people", "import", filepath.Join(s.Dir, "one.csv"))
	s.Must("people", "import", filepath.Join(s.Dir, "two.csv"))
	s.Write("orders.csv", "order,customer,at,amount,currency\n0-1,77,2026-01-02,12.50,EUR\n0-2,78,2026-01-03 10:00,1500,JPY\n")
	s.Must("orders", "import", filepath.Join(s.Dir, "orders.csv"))
	return strings.Fields(s.Must("shop", "keys", "add", "till"))[0]
}
