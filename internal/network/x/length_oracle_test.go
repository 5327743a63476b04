package x

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"
	"unicode/utf16"
)

// “make oracle” asks for more texts than CI does.
var (
	oracleTexts = flag.Int("texts", 10_000, "how many generated texts are compared with twitter-text")
	oracleSeed  = flag.Uint64("seed", 0, "of the generated texts; 0: another one each time")
	writeFacts  = flag.Bool("facts", false, "write the facts anew out of the npm packages")
)

var firstSeed = sync.OnceValue(func() uint64 {
	if *oracleSeed == 0 {
		return uint64(time.Now().UnixNano())
	}
	return *oracleSeed
})

// opinion is what twitter-text says of a text.
type opinion struct {
	Weight int      `json:"weight"`
	Valid  bool     `json:"valid"`
	Links  [][2]int `json:"links"`
}

func ours(text string) opinion {
	o := opinion{Weight: weighed(text), Links: [][2]int{}}
	o.Valid = o.Weight > 0 && o.Weight <= 280 && !forbidden(text)
	for _, l := range links(text) {
		from := len(utf16.Encode([]rune(text[:l[0]])))
		o.Links = append(o.Links, [2]int{from, from + len(utf16.Encode([]rune(text[l[0]:l[1]])))})
	}
	return o
}

// agree compares our count with that of twitter-text, text by text.
func agree(t *testing.T, all []string) {
	t.Helper()
	wrong := 0
	for some := range slices.Chunk(all, 5000) {
		var official []opinion
		runNode(t, "weigh.mjs", some, &official)
		if len(official) != len(some) {
			t.Fatalf("%d answers to %d texts", len(official), len(some))
		}
		for i, want := range official {
			if got := ours(some[i]); fmt.Sprint(got) != fmt.Sprint(want) {
				if wrong++; wrong <= 20 {
					t.Errorf("%+q:\n got %+v\nwant %+v", some[i], got, want)
				}
			}
		}
	}
	t.Logf("%d texts, %d differences", len(all), wrong)
}

// Generated texts weigh what X's own library says, and have the same links.
func TestWeighedAsTwitterText(t *testing.T) {
	t.Parallel()
	var all []string
	for i := range uint64(*oracleTexts) {
		all = append(all, generated(firstSeed()+i))
	}
	t.Logf("the same again: go test ./internal/network/x -run AsTwitterText -args -texts %d -seed %d", *oracleTexts, firstSeed())
	agree(t, all)
}

// The facts beside the code are those of the packages.
func TestFactsAreThePackages(t *testing.T) {
	t.Parallel()
	var files map[string]string
	runNode(t, "data.mjs", nil, &files)
	if len(files) != 4 {
		t.Errorf("%d files", len(files))
	}
	for name, want := range files {
		if *writeFacts {
			noError(t, os.WriteFile(name, []byte(want), 0o600))
		}
		got, err := os.ReadFile(name)
		noError(t, err)
		if string(got) != want {
			t.Errorf("%s differs from the package's: go test ./internal/network/x -run Facts -args -facts", name)
		}
	}
}
