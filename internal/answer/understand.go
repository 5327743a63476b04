package answer

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"

	"magpie/internal/network"
	"magpie/internal/workspace"
)

// Understood is what a mention says to us, by its words, its author and the files. Understand makes it without the database.
type Understood struct {
	set                                 *workspace.Set
	mention                             network.Mention
	accounts                            []string
	own, bot, stop, start, erase, leave bool
	Rules                               []Rule // those that its words match, the most important first
}

// Rule is a step that a mention may start, for one account.
type Rule struct {
	Step    *workspace.Step
	Account string
	refused bool // it offers something, and the mention sounds like a refusal
}

// Understand reads a mention. accounts are those of ours that it names, or that saw it, and at least one; own tells that it is by
// one of them.
func Understand(set *workspace.Set, m network.Mention, accounts []string, own bool) Understood {
	whole, below, ours := bare(m.Text), bare(belowWarning(m)), set.Settings.Words
	u := Understood{set: set, mention: m, accounts: accounts, own: own, bot: m.Author.Bot || knownBot(set, m),
		stop:  is(whole, words().stop, ours.Stop) || is(below, words().stop, ours.Stop),
		start: is(whole, words().start, ours.Start) || is(below, words().start, ours.Start),
		erase: WantsErasure(m.Text), leave: mayLeave(whole) || mayLeave(below)}
	if !(own || u.bot || u.stop || u.erase || u.leave || m.Author.NoBot || m.Quote) {
		u.Rules = matching(set, m, accounts)
	}
	return u
}

// Ours tells that a mention is by one of our own accounts: nothing need be known to leave it alone.
func (u Understood) Ours() bool { return u.own }

// Asks tells whether a rule that the words match has its answer worded by a model.
func (u Understood) Asks() bool {
	return slices.ContainsFunc(u.Rules, func(r Rule) bool { return r.Step.Ask != nil })
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

func knownBot(set *workspace.Set, m network.Mention) bool {
	return slices.ContainsFunc(set.Settings.Bots, func(b string) bool {
		return network.FoldHandle(b) == network.FoldHandle(m.Author.Handle)
	})
}

// matching are the rules of the accounts in question that a mention's words match, by priority, then as the files have them.
func matching(set *workspace.Set, m network.Mention, accounts []string) (out []Rule) {
	text := fold(said(short(wished(m)), true))
	for _, name := range slices.Sorted(maps.Keys(set.Campaigns)) {
		for _, s := range set.Campaigns[name].Steps {
			by := slices.DeleteFunc(slices.Clone(accounts), func(a string) bool { return !slices.Contains(s.Accounts, a) })
			if s.Mention == nil || len(by) == 0 || !matchesRule(s.Mention, text) {
				continue
			}
			refused := (set.OfferOf(s) != nil || s.Grants != "") && refuses(m.Text)
			for _, a := range by {
				out = append(out, Rule{s, a, refused})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Rule) int { return cmp.Compare(b.Step.Priority, a.Step.Priority) })
	return out
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
