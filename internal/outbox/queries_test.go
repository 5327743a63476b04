package outbox_test

import (
	"context"
	"os"
	"testing"
	"time"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/inbox"
	"magpie/internal/lease"
	"magpie/internal/need"
	"magpie/internal/outbox"
	"magpie/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Both(m)) }

// TestQueries asks everything that is asked of the outbox once: storetest notes what would go through all posts.
func TestQueries(t *testing.T) {
	db := storetest.Open(t, audit.Migrations(), need.Migrations(), coupon.Migrations(), inbox.Migrations(), lease.Migrations(),
		outbox.Migrations())
	ctx, q, now := t.Context(), db.Read, time.Now()
	step := outbox.Step{Campaign: "c", Step: "s", Account: "a"}
	for name, err := range map[string]error{
		"ByID": second(outbox.ByID(ctx, q, "x")), "ByKey": second(outbox.ByKey(ctx, q, "x")), "Holding": second(outbox.Holding(ctx, q, 9)),
		"HoldingAfter": second(outbox.HoldingAfter(ctx, q, now)), "HoldingDue": second(outbox.HoldingDue(ctx, q, now)),
		"NextOf": second(outbox.NextOf(ctx, q, "a")), "LastOf": second(outbox.LastOf(ctx, q, "a")), "NextDue": second(outbox.NextDue(ctx, q)),
		"LastPublic": second(outbox.LastPublic(ctx, q, "a")), "EndedSince": second(outbox.EndedSince(ctx, q, now)),
		"AskedBelow": second(outbox.AskedBelow(ctx, q, "x")), "PendingFor": second(outbox.PendingFor(ctx, q, 1)),
		"RejectedAfter": second(outbox.RejectedAfter(ctx, q, now)), "OutSince": second(outbox.OutSince(ctx, q, step, now, "x")),
		"Known": second(outbox.Known(ctx, q, step, "x")), "WaitingOf": second(outbox.WaitingOf(ctx, q, "c")),
		"WaitingAlone": second(outbox.WaitingAlone(ctx, q, "c", now, now)), "WaitingSteps": second(outbox.WaitingSteps(ctx, q, "c")),
		"WaitingTo": second(outbox.WaitingTo(ctx, q, step)), "Answering": second(outbox.Answering(ctx, q)),
		"WaitingAnswers": second(outbox.WaitingAnswers(ctx, q, "a")), "DueMailings": second(outbox.DueMailings(ctx, q, now)),
		"OldestMailing": second(outbox.OldestMailing(ctx, q)), "MayBeOut": second(outbox.MayBeOut(ctx, q, "a", false, now)),
		"SameSince": second(outbox.SameSince(ctx, q, "x", now)), "AwaitingFiles": second(outbox.AwaitingFiles(ctx, q, now)),
		"AwaitsApproval": second(outbox.AwaitsApproval(ctx, q, step, now)),
		"UnderWay":       second(outbox.UnderWay(ctx, q)), "SentBefore": second(outbox.SentBefore(ctx, q, "a", outbox.Public, 1)),
		"SentTimes":   second(outbox.SentTimes(ctx, q, "a", outbox.Public, now)),
		"PublicSince": second(outbox.PublicSince(ctx, q, []string{"a"}, now)), "Look": second(outbox.Look(ctx, db)),
		"Measured": second(outbox.Measured(ctx, db, "a", now)), "ToMeasure": second(outbox.ToMeasure(ctx, db, "a", now, now)),
		"SentSince": second(outbox.SentSince(ctx, q, now)), "Next": second(outbox.Next(ctx, db, now)), "Turns": second(outbox.Turns(ctx, q)),
		"OutWithCode": second(outbox.OutWithCode(ctx, q, 9)),
		"Listed":      second(outbox.Listed(ctx, q, outbox.List{State: "held"}, now)),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := outbox.HoldingBetween(context.Background(), q, now, now); err != nil {
		t.Error(err)
	}
}

// second is the error of what returns something else first.
func second[T any](_ T, err error) error { return err }
