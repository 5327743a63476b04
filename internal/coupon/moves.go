package coupon

import "magpie/internal/moves"

// State is what became of a code.
type State string

// The states.
const (
	Free      State = "free"
	Reserved  State = "reserved"  // for one person
	Delivered State = "delivered" // the post that tells it is out
	Redeemed  State = "redeemed"  // used in an order
)

// Ledger is all that a code may do: no other statement changes a code's state.
var Ledger = &moves.Ledger[State]{Table: "coupons", ID: "code", Start: []State{Free, Reserved}}

var (
	reserving = Ledger.Move("for one person", Reserved, Free)
	releasing = Ledger.Move("no post that tells it is out, or may be", Free, Reserved)
	telling   = Ledger.Move("a post that tells it is out", Delivered, Reserved)
	finding   = Ledger.Move("found on a network after a restore", Delivered, Free, Reserved)
	redeeming = Ledger.Move("used in an order", Redeemed, Reserved, Delivered)
	restoring = Ledger.Move("the order was cancelled", Delivered, Redeemed)
	undoing   = Ledger.Move("the order was cancelled before its post was out", Reserved, Redeemed)
)
