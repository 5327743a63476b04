package workspace_test

import (
	"fmt"
	"strings"
	"testing"
)

// Two texts that differ by a word are found among many others, each pair; a
// text of other words is not.
func TestNearlyTheSameIsAlwaysFound(t *testing.T) {
	files := map[string]string{}
	var steps strings.Builder
	for i := range 60 {
		files[fmt.Sprintf("templates/a%d.en.tmpl", i)] = prose(i)
		files[fmt.Sprintf("templates/b%d.en.tmpl", i)] = strings.Replace(prose(i), " ", " surely ", 1)
		fmt.Fprintf(&steps, "  s%d: {accounts: [shop, corner], schedule: mornings, say: {shop: a%d, corner: b%d}}\n", i, i, i)
	}
	files["campaigns/new.yaml"] = "title: New\nsteps:\n" + steps.String()
	got := told(t, workspaceWith(t, files))
	if n := strings.Count(got, "posts nearly the same text"); n != 60 || strings.Count(got, "\n") != 60 {
		t.Errorf("found %d pairs of 60:\n%s", n, got)
	}
}
