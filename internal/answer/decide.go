package answer

import (
	"slices"
	"time"

	"magpie/internal/workspace"
)

// LoopGuard is how many automated answers one person gets in an hour.
const LoopGuard = 6

// StaleAnswer is how old a question may be that a rule still answers, when the
// network was away: older ones go to a person.
const StaleAnswer = 24 * time.Hour

// Erasure is the cause of a mention at the desk whose author asks for deletion.
const Erasure = "erasure"

// Outcome is what becomes of a mention.
type Outcome string

// The outcomes.
const (
	Reply  Outcome = "reply"   // Step answers, as Account
	OptOut Outcome = "opt out" // the person wants to be left alone
	OptIn  Outcome = "opt in"
	Desk   Outcome = "desk" // a person has to answer
	Silent Outcome = "silent"
)

// Decision is the outcome, and why.
type Decision struct {
	Outcome Outcome
	Account string // who answers
	Step    *workspace.Step
	Others  bool // the person is not among those the step is for
	Reason  string
	Cause   string // the reason, for programs; most have none
}

// Speaks tells whether something is said in public or in private.
func (d Decision) Speaks() bool {
	return d.Outcome == Reply || d.Outcome == OptOut || d.Outcome == OptIn
}

// Guarded says why somebody with so many automated answers in an hour gets no more; "": they may.
func Guarded(answers int) string {
	if answers >= LoopGuard {
		return "has reached the limit of automated answers in one hour"
	}
	return ""
}

// Spent says which limit of a rule is reached, "" if none is: counted are its answers to the person, and as the account, within the
// spans that the rule names.
func Spent(s *workspace.Step, toPerson, byAccount int) (reason string) {
	switch {
	case s.PerPerson != nil && toPerson >= s.PerPerson.Count:
		return "the rule " + s.Name + " has reached its limit for this person (per_person)"
	case s.Limit != nil && byAccount >= s.Limit.Count:
		return "the rule " + s.Name + " has reached its limit for the account (limit)"
	}
	return ""
}

// Facts are what the database knows when a mention is decided.
type Facts struct {
	Now      time.Time
	OptedOut bool        // the person wants to be left alone
	Left     bool        // they have said so after this mention
	Answers  int         // automated answers to them in the last hour
	Paused   []string    // campaigns
	Rules    []RuleFacts // about the rules of Understood, in their order, to the first that answers
}

// RuleFacts are what the database knows about a rule and who asks.
type RuleFacts struct {
	Member    bool // the person is in the segment that the rule is for
	ToPerson  int  // its answers to the person within the span of its per_person
	ByAccount int  // its answers as the account within the span of its limit
}

// Decide says what becomes of a mention. It is asked in the transaction that writes down what follows, so that what it goes by is true.
func Decide(u Understood, f Facts) Decision {
	d := choose(u, f)
	desk := func(reason string) Decision { return Decision{Outcome: Desk, Account: d.Account, Reason: reason} }
	switch reply := d.Outcome == Reply; {
	case reply && f.Now.Sub(u.mention.At) > StaleAnswer:
		return desk("the mention is more than a day old")
	case reply && u.mention.Ref == "":
		return desk("Magpie can't answer it: its address on the network is missing or too long")
	case (reply || d.Outcome == OptIn) && f.Left:
		return desk("has said later that they want to be left alone: only a person may answer")
	}
	return d
}

// choose is the order of things: "stop" is above every rule.
func choose(u Understood, f Facts) Decision {
	first := u.accounts[0]
	switch {
	case u.own:
		return Decision{Outcome: Silent, Reason: "it is by one of our own accounts"}
	case u.stop:
		return Decision{Outcome: OptOut, Account: first, Reason: "has opted out"}
	case u.start && f.OptedOut:
		return Decision{Outcome: OptIn, Account: first, Reason: "has opted in again"}
	case u.erase:
		return Decision{Outcome: Desk, Account: first, Cause: Erasure, Reason: "asks for their data to be deleted: magpie people forget"}
	case u.bot:
		return Decision{Outcome: Silent, Reason: "the author is a bot"}
	case f.OptedOut:
		return Decision{Outcome: Desk, Account: first, Reason: "has opted out: only a person may answer"}
	case u.mention.Author.NoBot:
		return Decision{Outcome: Desk, Account: first, Reason: "asks bots to stay away (#nobot)"}
	case Guarded(f.Answers) != "":
		return Decision{Outcome: Desk, Account: first, Reason: Guarded(f.Answers)}
	case u.leave:
		return Decision{Outcome: Desk, Account: first, Reason: "perhaps asks for no more messages"}
	case u.mention.Quote:
		return Decision{Outcome: Desk, Account: first, Reason: "quotes a post of ours"}
	}
	return byRule(u, f)
}

// byRule lets the first rule that may answer do so.
func byRule(u Understood, f Facts) Decision {
	why := "no rule matches"
	for i, r := range u.Rules {
		if why = u.Closed(r, f); why != "" {
			continue
		}
		d := Decision{Outcome: Reply, Account: r.Account, Step: r.Step, Others: r.Step.For != "" && !f.Rules[i].Member}
		if why = r.Denied(f.Rules[i]); why == "" {
			return d
		}
	}
	return Decision{Outcome: Desk, Account: u.accounts[0], Reason: why}
}

// Denied says why an open rule does not answer who asks; "": it does, and nothing need be read about those after it.
func (r Rule) Denied(f RuleFacts) string {
	if why := Spent(r.Step, f.ToPerson, f.ByAccount); why != "" {
		return why
	}
	if r.Step.For != "" && !f.Member && r.Step.SayOthers == "" {
		return "the rule " + r.Step.Name + " is for " + r.Step.For + " only"
	}
	return ""
}

// Closed says why a rule answers nobody now; "": it may. Nothing need be read about a closed rule.
func (u Understood) Closed(r Rule, f Facts) string {
	c := r.Step.Campaign
	switch day := workspace.Day(f.Now, u.set.Accounts[r.Account].Timezone.Location); {
	case r.refused:
		return "perhaps asks for no more messages"
	case slices.Contains(f.Paused, c.Name):
		return "the campaign " + c.Name + " is paused"
	case !c.Runs(day):
		return "the campaign " + c.Name + " does not run today"
	default:
		return u.set.OfferOf(r.Step).Over(day)
	}
}
