package coupon

import "magpie/internal/moves"

// State is what became of a code.
type State string

// The states.
const (
	Free      State = "free"
	Reserved  State = "reserved"  // for one person
	Delivered State = "delivered" // the post that tells it is out
	Locked    State = "locked"    // for an order that is being placed
	Redeemed  State = "redeemed"  // used in an order
)

// Ledger is all that a code may do: no other statement changes a code's state.
var Ledger = &moves.Ledger[State]{Table: "coupons", ID: "code", Start: []State{Free, Reserved}}

var (
	reserving = Ledger.Move("for one person", Reserved, Free)
	releasing = Ledger.Move("no post that tells it is out, or may be", Free, Reserved)
	telling   = Ledger.Move("a post that tells it is out", Delivered, Reserved)
	finding   = Ledger.Move("found on a network after a restore", Delivered, Free, Reserved)
	locking   = Ledger.Move("for an order that is being placed", Locked, Reserved, Delivered)
	redeeming = Ledger.Move("used in an order", Redeemed, Reserved, Delivered, Locked)
	restoring = Ledger.Move("the order came to nothing", Delivered, Redeemed, Locked)
	undoing   = Ledger.Move("the order came to nothing before its post was out", Reserved, Redeemed, Locked)
)

// UseState is what became of the use of a code in an order.
type UseState string

// The states of uses. One that is locked or redeemed counts for the offer's limits.
const (
	UseLocked     UseState = "locked"      // until its time is up
	UseVoid       UseState = "void"        // its time was up, or the shop gave it back: the order may lock the code again
	UseRedeemed   UseState = "redeemed"    // the order was placed
	UseRolledBack UseState = "rolled back" // the order came to nothing, for ever
)

// Uses is all that the use of a code in an order may do.
var Uses = &moves.Ledger[UseState]{Table: "redemptions", ID: "code", Start: []UseState{UseLocked, UseRedeemed}}

var (
	relocking   = Uses.Move("locked again", UseLocked, UseVoid)
	posting     = Uses.Move("the order was placed", UseRedeemed, UseLocked, UseVoid)
	voiding     = Uses.Move("its time was up, or the shop gave it back", UseVoid, UseLocked)
	rollingBack = Uses.Move("the order came to nothing", UseRolledBack, UseRedeemed, UseLocked)
)
