// Package restore finds out, after a database was restored from a backup, what went out since, and holds everything back
// until that is known.
package restore

import (
	"magpie/internal/accounts"
	"magpie/internal/compose"
	"magpie/internal/listen"
	"magpie/internal/reply"
	"magpie/internal/site"
)

// Restorer matches what the networks show with a database that was restored.
type Restorer struct {
	*site.Site
	Accounts *accounts.Accounts
	Composer *compose.Composer
	Listener *listen.Listener
	Replier  *reply.Replier
}
