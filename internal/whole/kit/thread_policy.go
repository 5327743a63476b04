package kit

import (
	"strings"

	"magpie/internal/policy"
)

// Names tells whether a text has the rule, its source and the way out.
func Names(said, rule string) bool {
	r := policy.Of(rule)
	return Contains(strings.Join(strings.Fields(said), " "), rule, r.Source, r.Way)
}
