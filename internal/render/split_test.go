package render

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func atMost(n int) func(string) bool {
	return func(s string) bool { return utf8.RuneCountInString(s) <= n }
}

func TestShorten(t *testing.T) {
	for _, x := range []struct{ text, want string }{
		{"short", "short"},
		{"one two three four five six", "one two three…"},
		{"one two three four five https://a.b/c", "one… https://a.b/c"},
		{"one https://a.b/c two three four", "one… https://a.b/c"},
		{"买一送一今天开始限时优惠全场八折欢迎光临", "买一送一今天开始限时优惠全场八…"},
	} {
		got, err := Shorten(x.text, nil, atMost(18))
		if err != nil || got != x.want && !strings.HasPrefix(x.text, "买") || utf8.RuneCountInString(got) > 18 {
			t.Errorf("%q: %q, want %q (%v)", x.text, got, x.want, err)
		}
	}
	keep := []string{"X7K2M9PQ4T", "🤖 AI reply", "Sponsored by Pomelo:"}
	text := "Sponsored by Pomelo: thank you for following us, dear Ann! Your own code is X7K2M9PQ4T, good for three days. 🤖 AI reply"
	for limit := 50; limit < utf8.RuneCountInString(text); limit++ {
		got, err := Shorten(text, keep, atMost(limit))
		if err != nil || slices.ContainsFunc(keep, func(k string) bool { return !strings.Contains(got, k) }) {
			t.Errorf("at %d: %q, %v", limit, got, err)
		}
	}
	if got, err := Shorten("see https://a.example/very/long/indeed", nil, atMost(18)); err == nil {
		t.Errorf("a link was lost: %q", got)
	}
}

// What people act on is never cut in two, whatever the length.
func TestShortenKeepsWhole(t *testing.T) {
	for _, kept := range []string{"info@shop.com", "shop.example?c=CODE1234", "+49 30 1234567", "+1 (555) 123-4567", "10 %", "10 €", "5 kg",
		"https://shop.example/促销/双十一?c=CODE123", "20,5 %"} {
		text := "Please write to us whenever you like, and tell us what you think of it: " + kept + " is what you have to remember of all " +
			"this, dear friends of the shop."
		for limit := 45; limit < 140; limit++ {
			if got, err := Shorten(text, nil, atMost(limit)); err != nil || !strings.Contains(got, kept) {
				t.Errorf("at %d %q is lost: %q, %v", limit, kept, got, err)
				break
			}
			parts, err := Thread(text, nil, atMost(limit))
			if err != nil || !slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(p, kept) }) {
				t.Errorf("at %d %q is cut: %q, %v", limit, kept, parts, err)
				break
			}
		}
	}
	chinese := strings.Repeat("今天全场八折.欢迎光临我们的新店.礼品多多.", 4)
	if got, err := Shorten(chinese, nil, atMost(30)); err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := Thread(chinese, nil, atMost(30)); err != nil {
		t.Error(err)
	}
}

// However a text is cut, all of it is there, each link and name in one part.
func TestThreadLosesNothing(t *testing.T) {
	words := []string{"sale", "today.", "柚子电器，今天促销！", "https://shop.example/a?b=c", "@ann@social.example", "#deal", "ABCD-EFGH-IJKL",
		"👨‍👩‍👧‍👦", "שלום", "one", "two;", "shop.example/x", "\n\n", "(very)", "end!"}
	number := regexp.MustCompile(` \((\d+)/(\d+)\)$`)
	space := regexp.MustCompile(`\s+`)
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 5)) //nolint:gosec // the same texts each time
		var b strings.Builder
		for range 20 + r.IntN(60) {
			b.WriteString(words[r.IntN(len(words))] + " ")
		}
		text := strings.TrimSpace(b.String())
		limit := 60 + r.IntN(100)
		parts, err := Thread(text, nil, atMost(limit))
		if err != nil {
			if !strings.Contains(err.Error(), "more than") {
				t.Fatalf("%d: %v", seed, err)
			}
			continue
		}
		var all string
		for i, p := range parts {
			if utf8.RuneCountInString(p) > limit {
				t.Fatalf("%d: part %d has %d: %q", seed, i, utf8.RuneCountInString(p), p)
			}
			if len(parts) > 1 && !number.MatchString(p) {
				t.Fatalf("%d: no number: %q", seed, p)
			}
			all += number.ReplaceAllString(p, "")
		}
		if got, want := space.ReplaceAllString(all, ""), space.ReplaceAllString(text, ""); got != want {
			t.Fatalf("%d: got %q\nwant %q", seed, got, want)
		}
		for _, w := range words {
			in := 0
			for _, p := range parts {
				in += strings.Count(p, w)
			}
			if strings.ContainsAny(w, ":@#-/") && in != strings.Count(text, w) {
				t.Fatalf("%d: %q was cut: %q", seed, w, parts)
			}
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("one two three https://a.b/c", 12)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		if !utf8.ValidString(text) || limit < 1 || limit > 500 {
			return
		}
		if short, err := Shorten(text, nil, atMost(limit)); err == nil && utf8.RuneCountInString(short) > limit {
			t.Errorf("too long: %q", short)
		}
		parts, err := Thread(text, nil, atMost(limit))
		for _, p := range parts {
			if err == nil && utf8.RuneCountInString(p) > limit {
				t.Errorf("too long: %q", p)
			}
		}
	})
}
