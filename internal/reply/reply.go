// Package reply makes of a mention an answer, a place at the desk, or silence: it gathers the facts, lets package answer
// decide, and writes down what follows.
package reply

import (
	"magpie/internal/accounts"
	"magpie/internal/compose"
	"magpie/internal/site"
)

// Replier replies to mentions.
type Replier struct {
	*site.Site
	Accounts *accounts.Accounts
	Composer *compose.Composer
}
