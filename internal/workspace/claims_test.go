package workspace_test

import (
	"os"
	"strings"
	"testing"
)

// TestOpenClaim: a rule that gives a code to whoever asks, without for: and limit:, is warned of, for accounts cost nothing.
func TestOpenClaim(t *testing.T) {
	offers, err := os.ReadFile(good + "/campaigns/offers.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const rule = "title: Gift\noffer: open\nsteps:\n  gift:\n    accounts: [shop]\n    mention: {says: [freebie]}\n    say: code\n"
	for extra, warns := range map[string]bool{"": true, "    per_person: 1/day\n": true, "    for: fans\n    say_others: sorry\n": false,
		"    limit: 50/hour\n": false} {
		said := told(t, workspaceWith(t, map[string]string{"campaigns/gift.yaml": rule + extra,
			"campaigns/offers.yaml": string(offers) +
				"open:\n  value: 10%\n  codes: made\n  valid: 72h\n  link: https://shop.example/o?c={{code}}\n"}))
		got := false
		for _, line := range strings.Split(said, "\n") {
			if strings.Contains(line, "gift.yaml") && !strings.HasPrefix(line, "warning: ") {
				t.Errorf("%q: %s", extra, line)
			}
			got = got || strings.Contains(line, "gift.yaml") && strings.Contains(line, "for:") && strings.Contains(line, "limit:")
		}
		if got != warns {
			t.Errorf("with %q: warned: %v, want %v; it says\n%s", extra, got, warns, said)
		}
	}
}
