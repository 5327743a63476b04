package threads_test

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

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
	for name, v := range kit.Servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.Open(t, v, "shop")
			text := kit.Tale(1700) + " See https://shop.example/tea?x=1 and use TEA-2027-CUP."
			s.Once()
			s.Threaded(text, 2*time.Second)
			p := s.Start()
			s.Until("it is out", s.Wound(4))
			p.Stop()
			s.Once()
			kit.Entire(t, kit.Parts(s.Timeline("shop")), text)
			if got := strings.Join(kit.Numbers(kit.Parts(s.Timeline("shop"))), " "); got != "1/4 2/4 3/4 4/4" {
				t.Errorf("the parts are %s", got)
			}
		})
	}
}

// Each part is in the language of the first.
func TestThreadLanguage(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	s.Once()
	s.Threaded(kit.Tale(1200), time.Second)
	s.Until("it is out", func() bool { s.Once(); return s.Wound(3)() })
	for _, x := range s.Timeline("shop") {
		if x.Language != "en" {
			t.Errorf("the language of %q is %q", x.Text[len(x.Text)-8:], x.Language)
		}
	}
}
