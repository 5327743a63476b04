package weibo

import (
	"testing"

	"magpie/internal/network/networktest"
)

// A refusal without a code of Weibo is a proxy's: the post goes out later. Pictures travel with the post.
func TestBareRefusals(t *testing.T) {
	networktest.Some(t, func(t *testing.T) networktest.Target {
		t.Helper()
		x := target(t)
		x.Wire.Upload = ""
		return x
	}, "bare")
}
