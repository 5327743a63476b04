// Package checkup says how the bot is: health, from its own database, and doctor, which asks the networks too.
package checkup

import (
	"magpie/internal/accounts"
	"magpie/internal/care"
	"magpie/internal/compose"
	"magpie/internal/listen"
	"magpie/internal/publish"
	"magpie/internal/site"
	"magpie/internal/workspace"
)

// Checkup looks at all rooms.
type Checkup struct {
	*site.Site
	Accounts *accounts.Accounts
	Composer *compose.Composer
	Listener *listen.Listener
	Rounds   *care.Rounds
	// Judging is a publisher of an account that never publishes: it knows what holds posts back.
	Judging func(a *workspace.Account) *publish.Publisher

	counts counts
}
