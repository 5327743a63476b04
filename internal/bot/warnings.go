package bot

import (
	"context"
	"maps"
	"slices"

	"magpie/internal/coupon"
	"magpie/internal/inbox"
	"magpie/internal/policy"
)

// Unlabelled says which accounts do not say that they are automated, as far as their
// networks have told.
func (b *Bot) Unlabelled(ctx context.Context) (out []string, err error) {
	selves, err := inbox.Selves(ctx, b.DB)
	for _, name := range slices.Sorted(maps.Keys(selves)) {
		r := policy.Of("bot-label")
		if a := b.Set().Accounts[name]; a != nil && !selves[name].Bot && slices.Contains(r.Networks, a.Network) {
			out = append(out, r.Says(name+" is not marked as a bot")+": "+r.Way)
		}
	}
	return out, err
}

// Warnings are what check can say only with the database at hand.
func (b *Bot) Warnings(ctx context.Context) (out []string, err error) {
	if out, err = b.clashes(ctx); err != nil {
		return nil, err
	}
	for _, o := range b.Set().Offers {
		if o.Codes.Kind != "imported" {
			continue
		}
		l, err := coupon.Count(ctx, b.DB, o.Name)
		if err != nil {
			return nil, err
		}
		if l.Free == 0 {
			out = append(out, "the offer "+o.Name+" has no codes left: magpie coupons import "+o.Name+" FILE.csv")
		}
	}
	return out, nil
}
