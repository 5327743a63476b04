package networks_test

import (
	"strings"
	"testing"

	"magpie/internal/whole/kit"
)

// entire fails unless the whole thread is out, each part once.
func entire(t *testing.T, all []kit.Part, text string) {
	t.Helper()
	if wrong := kit.Unravelled(all, text); len(wrong) > 0 || !kit.Finished(all) {
		t.Errorf("finished: %v, numbers %v\n%s", kit.Finished(all), kit.Numbers(all), strings.Join(wrong, "\n"))
	}
}
