package acts

import (
	"context"
	"errors"

	"magpie/internal/pause"
	"magpie/internal/site"
)

// Apply puts the files in force as the next revision.
func (d *Acts) Apply(ctx context.Context) error {
	if err := d.NoteRevision(ctx); err != nil {
		return err
	}
	if err := d.Agenda.Replan(ctx); err != nil {
		return err
	}
	return d.Agenda.Plan(ctx)
}

// Halt pauses or resumes all, an account or a campaign.
func (d *Acts) Halt(ctx context.Context, scope, name, reason, who string, on bool) (changed bool, err error) {
	if since, err := d.RestoredFrom(ctx); err != nil || !on && scope == pause.Everything && !since.IsZero() {
		return false, errors.Join(err, site.ErrUnmatched)
	}
	if on {
		return pause.Set(ctx, d.DB, scope, name, reason, who, d.Clock())
	}
	return pause.Lift(ctx, d.DB, scope, name, who, d.Clock())
}
