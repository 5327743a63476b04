package answer

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"magpie/internal/network"
	"magpie/internal/workspace"
)

// LoopGuard is how many automated answers one person gets in an hour.
const LoopGuard = 6

// ToErase is why a person has to look at who asks for deletion.
const ToErase = "asks for their data to be deleted: magpie people forget"

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
}

// Guarded says why somebody with so many automated answers in an hour gets no more; "": they may.
func Guarded(answers int) string {
	if answers >= LoopGuard {
		return "has reached the limit of automated answers in one hour"
	}
	return ""
}

// Spent says which limit of a rule is reached, "" if none is: counted are its answers to the person, and as the account, within a
// span. It is asked when a rule is chosen, and once more in the transaction that answers.
func Spent(s *workspace.Step, toPerson, byAccount func(per time.Duration) (int, error)) (reason string, err error) {
	if p := s.PerPerson; p != nil {
		if n, err := toPerson(p.Per); err != nil || n >= p.Count {
			return "the rule " + s.Name + " has reached its limit for this person (per_person)", err
		}
	}
	if l := s.Limit; l != nil {
		if n, err := byAccount(l.Per); err != nil || n >= l.Count {
			return "the rule " + s.Name + " has reached its limit for the account (limit)", err
		}
	}
	return "", nil
}

// Facts are what Decide has to know. The functions are asked only when the
// answer depends on them.
type Facts struct {
	Set       *workspace.Set
	Mention   network.Mention
	Accounts  []string // our accounts that the mention names, or that saw it
	Own       bool     // the author is one of our accounts
	OptedOut  bool
	Now       time.Time
	Answers   int // automated answers to this person in the last hour
	InSegment func(name, account string) (bool, error)
	ToPerson  func(s *workspace.Step, per time.Duration) (int, error)                 // answers of a rule to this person
	ByAccount func(s *workspace.Step, account string, per time.Duration) (int, error) // answers of a rule as an account
	IsPaused  func(campaign string) bool
}

// Decide is the order of things: "stop" is above every rule.
func Decide(f Facts) (Decision, error) {
	first := f.Accounts[0]
	whole, own := bare(f.Mention.Text), f.Set.Settings.Words
	below := bare(belowWarning(f.Mention))
	switch {
	case f.Own:
		return Decision{Outcome: Silent, Reason: "it is by one of our own accounts"}, nil
	case is(whole, words().stop, own.Stop), is(below, words().stop, own.Stop):
		return Decision{Outcome: OptOut, Account: first, Reason: "has opted out"}, nil
	case (is(whole, words().start, own.Start) || is(below, words().start, own.Start)) && f.OptedOut:
		return Decision{Outcome: OptIn, Account: first, Reason: "has opted in again"}, nil
	case WantsErasure(f.Mention.Text):
		return Decision{Outcome: Desk, Account: first, Reason: ToErase}, nil
	case f.Mention.Author.Bot || knownBot(f):
		return Decision{Outcome: Silent, Reason: "the author is a bot"}, nil
	case f.OptedOut:
		return Decision{Outcome: Desk, Account: first, Reason: "has opted out: only a person may answer"}, nil
	case f.Mention.Author.NoBot:
		return Decision{Outcome: Desk, Account: first, Reason: "asks bots to stay away (#nobot)"}, nil
	case Guarded(f.Answers) != "":
		return Decision{Outcome: Desk, Account: first, Reason: Guarded(f.Answers)}, nil
	case mayLeave(whole), mayLeave(below):
		return Decision{Outcome: Desk, Account: first, Reason: "perhaps asks for no more messages"}, nil
	case f.Mention.Quote:
		return Decision{Outcome: Desk, Account: first, Reason: "quotes a post of ours"}, nil
	}
	return byRule(f)
}

// belowWarning is what a mention says without its content warning.
func belowWarning(m network.Mention) string {
	return strings.TrimSpace(strings.TrimPrefix(m.Text, m.Warning))
}

// wished is what a mention says by its author's own will: a warning that begins with “re:” was
// copied by their program from the post that they answer.
func wished(m network.Mention) string {
	if strings.HasPrefix(strings.ToLower(m.Warning), "re:") || strings.HasPrefix(m.Warning, "回复") {
		return belowWarning(m)
	}
	return m.Text
}

func knownBot(f Facts) bool {
	return slices.ContainsFunc(f.Set.Settings.Bots, func(b string) bool {
		return network.FoldHandle(b) == network.FoldHandle(f.Mention.Author.Handle)
	})
}

// rule is a step that a mention may start, for one account.
type rule struct {
	step    *workspace.Step
	account string
}

// byRule lets the first rule that matches answer.
func byRule(f Facts) (Decision, error) {
	why := "no rule matches"
	text := fold(said(short(wished(f.Mention)), true))
	for _, r := range rules(f) {
		if !matchesRule(r.step.Mention, text) {
			continue
		}
		if f.promotes(r.step) && refuses(f.Mention.Text) {
			why = "perhaps asks for no more messages"
			continue
		}
		d, reason, err := f.try(r)
		if err != nil || reason == "" {
			return d, err
		}
		why = reason
	}
	return Decision{Outcome: Desk, Account: f.Accounts[0], Reason: why}, nil
}

// promotes tells whether a rule's answer offers something, or notes a consent.
func (f Facts) promotes(s *workspace.Step) bool { return f.Set.OfferOf(s) != nil || s.Grants != "" }

// rules are those of the accounts in question, by priority, then as the files
// have them.
func rules(f Facts) (out []rule) {
	for _, name := range slices.Sorted(maps.Keys(f.Set.Campaigns)) {
		for _, s := range f.Set.Campaigns[name].Steps {
			for _, a := range f.Accounts {
				if s.Mention != nil && slices.Contains(s.Accounts, a) {
					out = append(out, rule{s, a})
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b rule) int { return cmp.Compare(b.step.Priority, a.step.Priority) })
	return out
}

// try returns the rule's decision, or the reason why it does not answer.
func (f Facts) try(r rule) (d Decision, reason string, err error) {
	if reason := f.ended(r); reason != "" {
		return d, reason, nil
	}
	toPerson := func(per time.Duration) (int, error) { return f.ToPerson(r.step, per) }
	byAccount := func(per time.Duration) (int, error) { return f.ByAccount(r.step, r.account, per) }
	if reason, err = Spent(r.step, toPerson, byAccount); err != nil || reason != "" {
		return d, reason, err
	}
	d = Decision{Outcome: Reply, Account: r.account, Step: r.step}
	if r.step.For != "" {
		in, err := f.InSegment(r.step.For, r.account)
		if err != nil {
			return d, "", err
		}
		if d.Others = !in; d.Others && r.step.SayOthers == "" {
			return d, "the rule " + r.step.Name + " is for " + r.step.For + " only", nil
		}
	}
	return d, "", nil
}

// ended says why a rule's campaign does not answer now.
func (f Facts) ended(r rule) string {
	c := r.step.Campaign
	switch day := workspace.Day(f.Now, f.Set.Accounts[r.account].Timezone.Location); {
	case f.IsPaused(c.Name):
		return "the campaign " + c.Name + " is paused"
	case !c.Runs(day):
		return "the campaign " + c.Name + " does not run today"
	default:
		return f.Set.OfferOf(r.step).Over(day)
	}
}

// Language is the one to answer in: that of the text where its script tells,
// else what the network or the person's record says, else the account's.
func Language(text, said, person, account string) string {
	han, kana := false, false
	for _, r := range nameRule.ReplaceAllString(text, " ") {
		han = han || unicode.Is(unicode.Han, r)
		kana = kana || unicode.In(r, unicode.Hiragana, unicode.Katakana)
	}
	switch {
	case kana:
		return "ja"
	case han:
		return "zh"
	}
	return cmp.Or(said, person, account)
}

// matchesRule tells whether a mention starts a step. text is what was said, folded:
// names do not count as words, an account called deals is not asked for a deal.
func matchesRule(m *workspace.Match, text string) bool {
	has := func(w string) bool { return says(text, fold(w)) }
	return slices.ContainsFunc(m.Says, has) && !slices.ContainsFunc(m.Not, has)
}
