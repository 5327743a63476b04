package bot

import (
	"context"
	"fmt"
	"io"
	"time"

	"magpie/internal/coupon"
)

// sharedCodes are the codes that everybody has.
func (b *Bot) sharedCodes() (out []coupon.Shared) {
	for _, x := range b.Set().Offers {
		if x.Codes.Kind != "shared" {
			continue
		}
		s := coupon.Shared{Offer: x.Name, Code: x.Codes.Shared}
		if x.Until != nil {
			s.Until = x.Until.AddDate(0, 0, 1).Add(12 * time.Hour) // its last day is over everywhere
		}
		out = append(out, s)
	}
	return out
}

// Redeem notes that a code was used in an order.
func (b *Bot) Redeem(ctx context.Context, code string, o coupon.Order, who string) (again bool, err error) {
	return coupon.Redeem(ctx, b.DB, code, o, b.sharedCodes(), who, b.Clock())
}

// Unredeem takes that back, and returns the code as it is kept.
func (b *Bot) Unredeem(ctx context.Context, code, order, why, who string) (string, error) {
	return coupon.Unredeem(ctx, b.DB, code, order, why, b.sharedCodes(), who, b.Clock())
}

// ShowCode tells the story of a code.
func (b *Bot) ShowCode(ctx context.Context, code string) (coupon.Story, error) {
	return coupon.Show(ctx, b.DB, code, b.sharedCodes())
}

// ImportCodes reads codes into an offer.
func (b *Bot) ImportCodes(ctx context.Context, offer string, r io.Reader) (n int, as string, err error) {
	return coupon.Import(ctx, b.DB, offer, r, b.sharedCodes(), b.Clock())
}

// clashes tells of codes that are everybody's and somebody's.
func (b *Bot) clashes(ctx context.Context) (out []string, err error) {
	for _, s := range b.sharedCodes() {
		codes, offers, err := coupon.Alike(ctx, b.DB.Read, s.Code)
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
