// Package coupon keeps the codes of offers: imported or made, reserved once
// for one person, released if the post that told it provably did not go out,
// and redeemed once.
//
//	free ─► reserved ─► delivered ─► redeemed
//	  ▲────────┘ (no post that carries it is out, or in doubt)
package coupon
