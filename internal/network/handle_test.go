package network

import "testing"

// One person has one form, however the handle is written.
func TestFoldHandle(t *testing.T) {
	for want, all := range map[string][]string{
		"ann@social.example": {"ann@social.example", "@Ann@Social.Example", "＠ａｎｎ@social.example", " ann@social.example\n",
			"ann\u200b@social.example", "\u202aann@social.example\u202c"},
		"ann@bücher.example": {"ann@bücher.example", "ann@xn--bcher-kva.example", "ANN@XN--BCHER-KVA.EXAMPLE", "ann@bu\u0308cher.example",
			"@Ann@BÜCHER.example"},
		"bücher.example": {"bücher.example", "xn--bcher-kva.example"},
		"例え@例え.jp":       {"例え@例え.jp", "例え@xn--r8jz45g.jp"},
		"安妮":             {"安妮", "@安妮", "＠安妮"},
		"ann":            {"Ann", "@ann"},
		"":               {"", "@", "\u200b"},
		"x@xn--":         {"x@xn--"},
	} {
		for _, in := range all {
			if got := FoldHandle(in); got != want {
				t.Errorf("%q is %q, not %q", in, got, want)
			}
			if again := FoldHandle(FoldHandle(in)); again != want {
				t.Errorf("%q folded twice is %q", in, again)
			}
		}
	}
}
