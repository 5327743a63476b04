package shopapi_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var block = regexp.MustCompile("(?s)```(sh|json)\n(.*?)```")

// Every line of docs/shop-api.md does what it says there.
func TestDocs(t *testing.T) {
	s := open(t)
	text, err := os.ReadFile("../../docs/shop-api.md")
	if err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "SHOP="+s.s.URL, "KEY="+s.key, "CODE="+s.given("bf", 1))
	answer, n := "", 0
	for _, m := range block.FindAllStringSubmatch(string(text), -1) {
		if m[1] == "sh" {
			c := exec.CommandContext(t.Context(), "bash", "-c", m[2])
			c.Env = env
			out, err := c.CombinedOutput()
			if err != nil {
				t.Fatalf("%s: %v: %s", m[2], err, out)
			}
			answer = string(out)
			continue
		}
		n++
		var got, want map[string]any
		if err := json.Unmarshal([]byte(m[2]), &want); err != nil {
			t.Fatalf("%v: %s", err, m[2])
		}
		if err := json.Unmarshal([]byte(answer), &got); err != nil {
			t.Fatalf("%v: %s", err, answer)
		}
		for k, v := range want {
			if v == "…" && got[k] != nil {
				got[k] = v
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s answers\n%s\n%s", m[2], answer, d)
		}
	}
	if n < 8 {
		t.Errorf("%d examples", n)
	}
}
