package outbox

// Cause is why a post is in its state, for programs; the reason says it to people. Most
// reasons have none: nothing depends on them.
type Cause string

// The causes.
const (
	Gone       Cause = "gone"             // withdrawn: the files want it no more
	ByHand     Cause = "answered by hand" // withdrawn: somebody has answered on the network
	PerhapsOut Cause = "perhaps out"      // asked: after a restore the network has a post that may be this one
	CodesHeld  Cause = "codes on hold"    // planned: until a person has looked after a restore
	OwnBound   Cause = "own bound"        // planned: what the account's file allows is used up
	Pictures   Cause = "pictures"         // planned: the network still works on pictures or videos
)

// Why is why a post changes its state: in words, and for programs.
type Why struct {
	Text  string
	Cause Cause
}

// Because is a reason on which nothing depends.
func Because(text string) Why { return Why{Text: text} }
