// Package agenda decides which posts should exist: it plans what the files say, plans anew when they change, makes the
// posts of a mailing, and says what is to come.
package agenda

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"magpie/internal/accounts"
	"magpie/internal/compose"
	"magpie/internal/outbox"
	"magpie/internal/site"
)

// Agenda plans.
type Agenda struct {
	*site.Site
	Accounts *accounts.Accounts
	Composer *compose.Composer
	// Chunk is how many persons of a segment one transaction takes, from 1; 0 is 2,000.
	Chunk int
	// Replanned is called in the transaction that has added these posts.
	Replanned func(ctx context.Context, tx *sql.Tx, added []*outbox.Post, now time.Time) error

	planning sync.Mutex // one plan at a time
}
