package reply

import (
	"strings"
	"testing"
)

// TestModelFillsIn: a model is told to write the same words.
func TestModelFillsIn(t *testing.T) {
	if !strings.Contains(rules, "{{code}} or {{link}}") {
		t.Errorf("the model is told:\n%s", rules)
	}
}
