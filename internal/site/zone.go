package site

import (
	"maps"
	"slices"
	"time"
)

// Zone is the one in which all accounts are; UTC where they differ.
func (s *Site) Zone() *time.Location {
	zone, set := time.UTC, s.Set()
	for i, name := range slices.Sorted(maps.Keys(set.Accounts)) {
		z := set.Accounts[name].Timezone.Location
		if i > 0 && z.String() != zone.String() {
			return time.UTC
		}
		zone = z
	}
	return zone
}
