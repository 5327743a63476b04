package answer

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"magpie/internal/network"
)

// The lists have a phrase a line, in all languages together: people write to a
// brand in whatever language they speak.
var (
	//go:embed words/polite.txt
	politeFile string // words that do not change what a message is
	//go:embed words/stop.txt
	stopFile string // messages that opt out; each is the whole message
	//go:embed words/start.txt
	startFile string // messages that take an opt-out back
	//go:embed words/leaving.txt
	leavingFile string // beginnings of words in a message that no rule may answer: perhaps its author wants to be left alone
)

// lists are the phrases, made comparable.
type lists struct {
	stop, start     map[string]bool
	polite, leaving []string
}

var words = sync.OnceValue(func() (l lists) {
	set := func(file string) map[string]bool {
		m := map[string]bool{}
		for _, w := range strings.Split(strings.TrimSpace(file), "\n") {
			m[bare(w)] = true
		}
		return m
	}
	list := func(file string) (out []string) {
		for _, w := range strings.Split(strings.TrimSpace(file), "\n") {
			out = append(out, bare(w))
		}
		return out
	}
	polite := list(politeFile)
	slices.SortStableFunc(polite, func(a, b string) int { return len(b) - len(a) }) // “right now” before “now”
	return lists{set(stopFile), set(startFile), polite, list(leavingFile)}
})

// IsStop tells whether a message is a wish to be left alone. more are further
// words that the brand's own settings add.
func IsStop(text string, more []string) bool { return is(bare(text), words().stop, more) }

// Stops is IsStop for a mention, whose content warning may say something else.
func Stops(m network.Mention, more []string) bool {
	return IsStop(m.Text, more) || IsStop(belowWarning(m), more)
}

// IsStart tells whether a message takes that back.
func IsStart(text string, more []string) bool { return is(bare(text), words().start, more) }

func is(b string, list map[string]bool, more []string) bool {
	if matches(b, list, more) {
		return true
	}
	for range 3 {
		for _, p := range words().polite {
			b = strings.TrimSpace(without(b, p))
		}
	}
	if each := strings.Fields(b); len(each) > 1 && !slices.ContainsFunc(each, func(w string) bool { return !list[w] }) {
		return true // in several languages at once
	}
	return matches(once(b), list, more)
}

// without takes a word off both ends. Words of scripts with spaces are taken
// only as whole words.
func without(b, word string) string {
	r, _ := utf8.DecodeRuneInString(word)
	if unspaced(r) {
		return strings.TrimSuffix(strings.TrimPrefix(b, word), word)
	}
	return strings.TrimSuffix(strings.TrimPrefix(b, word+" "), " "+word)
}

// once is a word that is said again and again, said once: stop stop stop.
func once(b string) string {
	all := strings.Fields(b)
	for _, w := range all {
		if w != all[0] {
			return b
		}
	}
	if len(all) == 0 {
		return b
	}
	return all[0]
}

func matches(b string, list map[string]bool, more []string) bool {
	if b == "" || list[b] {
		return b != ""
	}
	for _, m := range more {
		if bare(m) == b {
			return true
		}
	}
	return false
}

// mayLeave tells whether a message may have such a wish in it.
func mayLeave(b string) bool {
	if all := strings.Fields(b); len(all) > 1 && len(all) <= 4 && (all[0] == "stop" || all[len(all)-1] == "stop") {
		return true
	}
	for _, l := range words().leaving {
		if strings.Contains(" "+b, " "+l) || strings.ContainsFunc(l, unspaced) && strings.Contains(b, l) {
			return true
		}
	}
	return false
}
