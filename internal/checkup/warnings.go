package checkup

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"magpie/internal/compose"
	"magpie/internal/coupon"
	"magpie/internal/inbox"
	"magpie/internal/policy"
)

// clashes tells of codes that are everybody's and somebody's.
func (c *Checkup) clashes(ctx context.Context) (out []string, err error) {
	for _, s := range c.Composer.SharedCodes() {
		codes, offers, err := coupon.Alike(ctx, c.DB.Read, s.Code)
		if err != nil {
			return nil, err
		}
		if len(codes) > 0 {
			out = append(out,
				fmt.Sprintf("the shared code %s of %s reads like %s, which somebody may have by %s: "+
					"no order can be counted for either; give one of the offers other codes",
					s.Code, s.Offer, codes[0], offers[0]))
		}
	}
	return out, nil
}

// Unlabelled says which accounts do not say that they are automated, as far as their
// networks have told.
func (c *Checkup) Unlabelled(ctx context.Context) (out []string, err error) {
	selves, err := inbox.Selves(ctx, c.DB)
	for _, name := range slices.Sorted(maps.Keys(selves)) {
		r := policy.Of("bot-label")
		if a := c.Set().Accounts[name]; a != nil && !selves[name].Bot && slices.Contains(r.Networks, a.Network) {
			out = append(out, r.Says(name+" is not marked as a bot")+": "+r.Way)
		}
	}
	return out, err
}

// Warnings are what check can say only with the database at hand.
func (c *Checkup) Warnings(ctx context.Context) (out []string, err error) {
	if out, err = c.clashes(ctx); err != nil {
		return nil, err
	}
	for _, o := range c.Set().Offers {
		if o.Codes.Kind != "imported" {
			continue
		}
		l, err := coupon.Count(ctx, c.DB, o.Name)
		if err != nil {
			return nil, err
		}
		if l.Free == 0 {
			out = append(out, compose.NoCodesLeft(o))
		}
	}
	return out, nil
}
