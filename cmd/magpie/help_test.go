package main

import (
	"strings"
	"testing"

	"magpie/cmd/magpie/console"

	"github.com/mattn/go-runewidth"
)

// TestHelpFits: on a terminal each line of the help is as wide as the terminal at most, and loses no word.
func TestHelpFits(t *testing.T) {
	for _, line := range []string{
		`   --listen HOST:PORT   serve /healthz, /readyz, /metrics and /push/ACCOUNT at HOST:PORT, or “off” (default: "127.0.0.1:8470") [$MAGPIE_LISTEN]`,
		"   On Postgres any number of machines may run; they share the accounts, and work with the files that “magpie apply” put in force.",
		"   short",
	} {
		got := console.Hang(line, 80)
		for i, part := range strings.Split(got, "\n") {
			if n := runewidth.StringWidth(part); n > 80 {
				t.Errorf("%d columns: %s", n, part)
			}
			if i > 0 && !strings.HasPrefix(part, "   ") {
				t.Errorf("no margin: %q", part)
			}
		}
		if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(line), " ") {
			t.Errorf("words are lost: %s", got)
		}
	}
}
