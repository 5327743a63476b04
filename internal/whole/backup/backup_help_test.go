package backup_test

import (
	"testing"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// openLost makes a shop with made and imported codes that some friends know.
func openLost(t *testing.T, v sandbox.Variant, friends ...string) *kit.Shop {
	t.Helper()
	s := kit.Open(t, v, "shop", "club")
	s.Stock("shop, club")
	s.Once()
	for _, who := range friends {
		s.Hears(who, "I want to join", "shop")
	}
	s.Once()
	return s
}
