package inbox

import "magpie/internal/moves"

// Ledger is all that a mention may do: no other statement changes a mention's state.
var Ledger = &moves.Ledger[State]{Table: "mentions", ID: "id", Start: []State{New}}

var (
	answering = Ledger.Move("an answer is in the outbox", Answered, New)
	silencing = Ledger.Move("nobody answers, for a reason", Silent, New)
	toDesk    = Ledger.Move("a person must answer", Desk, New)
	reopening = Ledger.Move("the answer did not go out", Desk, Answered)
	closing   = Ledger.Move("answered by hand, or closed by a person", Closed, New, Desk, Answered)
)
