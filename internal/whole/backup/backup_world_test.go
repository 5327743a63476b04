package backup_test

import (
	"testing"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// openHour is a shop that is ready for it.
func openHour(t *testing.T, v sandbox.Variant, address string) *kit.Shop {
	t.Helper()
	s := kit.Open(t, v, "shop", "club")
	if address != "" {
		s.Move(address)
		s.Must("apply")
	}
	s.Stock("shop, club")
	s.Once()
	for _, who := range []string{"ann", "bob", "cai"} {
		s.Hears(who, "I want to join", "shop")
	}
	s.Once()
	return s
}
