// Package coupon keeps the codes of offers: imported or made, reserved once
// for one person, released if the post that told it provably did not go out,
// and redeemed once. What a code may do is the table in moves.go; docs/states.md has its
// picture.
package coupon
