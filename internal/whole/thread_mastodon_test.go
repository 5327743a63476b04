package whole_test

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// onThread are the points that a thread comes by, and at which part it is killed.
var onThread = map[string][]int{
	"planning": {1}, "planned": {1}, "composed": {1, 3}, "prepared": {2}, "freezing": {2}, "frozen": {1, 2, 4},
	"publishing": {1, 3}, "published": {1, 2, 4}, "recording": {1, 2, 4}, "recorded": {1, 3, 4},
}

// After the first answer was lost, it comes by these too.
var afterLoss = []string{"doubting", "looking", "looked", "repeating", "recovering"}

// A long text goes out as parts that answer each other, in the account's
// language; only the first has the picture.
func TestThreadOut(t *testing.T) {
	t.Parallel()
	for name, v := range servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, v, "shop")
			text := tale(1700) + " See https://shop.example/tea?x=1 and use TEA-2027-CUP."
			s.once()
			s.threaded(text, 2*time.Second)
			p := s.start()
			s.until("it is out", s.wound(4))
			p.stop()
			s.once()
			entire(t, parts(s.timeline("shop")), text)
			if got := strings.Join(numbers(parts(s.timeline("shop"))), " "); got != "1/4 2/4 3/4 4/4" {
				t.Errorf("the parts are %s", got)
			}
		})
	}
}

// Each part is in the language of the first.
func TestThreadLanguage(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	s.once()
	s.threaded(tale(1200), time.Second)
	s.until("it is out", func() bool { s.once(); return s.wound(3)() })
	for _, x := range s.timeline("shop") {
		if x.Language != "en" {
			t.Errorf("the language of %q is %q", x.Text[len(x.Text)-8:], x.Language)
		}
	}
}
