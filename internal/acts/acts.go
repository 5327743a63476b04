// Package acts has what a person does, each act one function: push, approve, reject, settle, recall, pause, close, redeem,
// forget. The command line calls them, and so will the pages: the same checks, the same words.
package acts

import (
	"magpie/internal/accounts"
	"magpie/internal/agenda"
	"magpie/internal/compose"
	"magpie/internal/reply"
	"magpie/internal/site"
)

// Acts are what people do.
type Acts struct {
	*site.Site
	Accounts *accounts.Accounts
	Agenda   *agenda.Agenda
	Composer *compose.Composer
	Replier  *reply.Replier
}
