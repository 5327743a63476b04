package x

import (
	_ "embed" // for the facts
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf16"
)

// The facts are data of the npm packages twitter-text 3.1.0 (Apache-2.0) and
// twemoji-parser 11.0.2 (MIT); TestFactsAreThePackages compares them, and
// writes them anew with -facts.
var (
	//go:embed length_tlds.txt
	tldList string
	//go:embed length_folds.txt
	foldList string
	//go:embed length_classes.txt
	classList string
	//go:embed length_emoji.txt
	emojiList string
)

// A unitClass is what a UTF-16 unit may be in a link.
type unitClass uint8

const (
	beforeLink  unitClass = 1 << iota // stands before a link
	inLabel                           // in a domain, as are - and _
	inASCII                           // in a domain that needs no scheme; Latin letters with accents too
	inPath                            // in a path
	endsPath                          // a path's last
	inQuery                           // in a query
	endsQuery                         // a query's last
	startsEmoji                       // the first of an emoji
)

var classNames = map[string]unitClass{"before": beforeLink, "label": inLabel, "ascii": inASCII, "path": inPath, "pathEnd": endsPath,
	"query": inQuery, "queryEnd": endsQuery}

type linkFacts struct {
	tlds, emoji wordTable
	classes     [1 << 16]unitClass
}

// is tells whether there is a unit of the class.
func (k *linkFacts) is(u []uint16, at int, c unitClass) bool {
	return at < len(u) && k.classes[u[at]]&c != 0
}

// run is the end of the units of a class.
func (k *linkFacts) run(u []uint16, at int, c unitClass) int {
	for k.is(u, at, c) {
		at++
	}
	return at
}

var linkTables = sync.OnceValue(func() *linkFacts {
	k := linkFacts{tlds: newTable(tldList), emoji: newTable(emojiList)}
	k.tlds.folds = map[uint16]uint16{}
	for _, line := range factLines(foldList) {
		other, letter, _ := strings.Cut(line, " ")
		k.tlds.folds[units(other)[0]] = units(letter)[0]
	}
	for _, line := range factLines(classList) {
		fields := strings.Fields(line)
		for _, span := range fields[1:] {
			k.mark(span, classNames[fields[0]])
		}
	}
	for _, e := range k.emoji.entries {
		k.classes[e[0]] |= startsEmoji
	}
	return &k
})

// mark takes a span in hex, such as “41-5a” or “5f”.
func (k *linkFacts) mark(span string, c unitClass) {
	var from, to int
	if n, _ := fmt.Sscanf(span, "%x-%x", &from, &to); n == 1 {
		to = from
	}
	for i := from; i <= to; i++ {
		k.classes[i] |= c
	}
}

// factLines leaves out the first, which says where the list is from.
func factLines(list string) []string {
	return strings.Split(strings.TrimSuffix(list, "\n"), "\n")[1:]
}

func units(s string) []uint16 { return utf16.Encode([]rune(s)) }

func newTable(list string) (t wordTable) {
	for _, line := range factLines(list) {
		t.entries = append(t.entries, units(line))
	}
	slices.SortFunc(t.entries, slices.Compare)
	return t
}
