package orders

import "magpie/internal/moves"

// State is what became of an order.
type State string

// The states.
const (
	Placed    State = "placed"
	Cancelled State = "cancelled"
	Partly    State = "refunded in part"
	Refunded  State = "refunded"
)

// Ledger is all that an order may do: no other statement changes its state. A list that is older than what we know changes nothing.
var Ledger = &moves.Ledger[State]{Table: "orders", ID: "id", Start: []State{Placed, Cancelled, Partly, Refunded}}

var (
	partly     = Ledger.Move("some of its money was given back", Partly, Placed, Partly)
	refunding  = Ledger.Move("all of its money was given back", Refunded, Placed, Partly)
	cancelling = Ledger.Move("it was cancelled", Cancelled, Placed, Partly)
)
