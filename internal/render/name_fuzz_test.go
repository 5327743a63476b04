package render

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The most of a name that goes into a text. Thirty families of emoji are well below.
const (
	mostRunes = 256
	mostBytes = 1024
)

// linked is what any network makes clickable: a scheme, www., a host (X has hosts
// whose end is written in Indian letters, with marks), a name, a tag, a price.
var linked = regexp.MustCompile(`(?i)://|\bwww\.|[\p{L}\p{M}\p{N}_-][.。][\p{L}\p{M}]{2,}|[@#$]`)

// unseen tells whether nothing of a letter shows.
func unseen(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Z, unicode.M, unicode.Other_Default_Ignorable_Code_Point,
		unicode.Variation_Selector) || r == 0x2800
}

// wrongName is what is wrong with a name that was cleaned, "" if nothing is.
func wrongName(name string) string {
	// What one program leaves out, or takes for the same, another one links.
	bare := strings.Map(func(r rune) rune {
		if unseen(r) && !unicode.In(r, unicode.Z, unicode.M) {
			return -1
		}
		return r
	}, name)
	switch {
	case !utf8.ValidString(name):
		return "it is no text"
	case linked.MatchString(name), linked.MatchString(bare), linked.MatchString(norm.NFKC.String(bare)):
		return "it has a link, a name or a tag"
	case strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }):
		return "it changes lines or directions"
	case len(name) > mostBytes || utf8.RuneCountInString(name) > mostRunes:
		return "it has no bound"
	case name != "" && strings.TrimFunc(name, unseen) == "":
		return "nobody sees it"
	case strings.TrimSpace(name) != name || strings.Contains(name, "  "):
		return "it has spaces too many"
	}
	return ""
}

// hostile are names as strangers write them, with the same trick in many forms.
var hostile = []string{
	"http:@//evil.@com/claim", "http:@//evil.@com", "h@ttps:/@/evil.c@om", "evil.#com", "evil.$com", "evil#.com", "evil.＠com",
	"evil.＃com", "ev@il.co@m/x", "evil.\u202Ecom", "evil.\u2066com", "evil\u200E.com", "http:\u202A//x", "http:/\x00/evil",
	"evil.\x07com", "evil.\u200Bcom", "evil\u2060.com", "evil.\uFEFFcom", "evil.\u00ADcom", "evil.\u034Fcom", "evil.\uFE0Fcom",
	"evil\u3164.com", "evil.\U000E0063om", "w@ww.evil", "www.\u200Bevil", "evil．com", "evil。com", "evil｡com", "evil.ｃｏｍ", "http：／／evil",
	"ｈttp://evil", "evil.भारत", "evil.рф", "evil.中国", "evil.xn--p1ai", "evil_.com", "shop-.com/x", "1.2.3.4/x", "a.b.c.de",
	"mailto:a@evil.com", "@@everyone", "@#@x", "﹫ann", "﹟deal", "＄POM", "﹩POM", "$POM", "@\u200Bann", "#\u2060deal", "\u202E@ann",
	"::@://x", ":@//", "/@/", "@", "##", "＠＃$", "[x](http:@//evil)", "<a href=x>", "evil.co\u0301m", "e\u0301vil.com", "evil.c\u200Dom",
	"evil .com", "evil. com", "evil.\ncom", "visit evil.com now",
}

// invisible are names that show nothing.
var invisible = []string{
	"", " ", "\u3164\u2800", "\u200B", "\uFE0F", "\u2800", "\u3164", "\u115F\u1160", "\uFFA0", "\u00AD", "\u2060\u2061", "\u180E",
	"\u034F", "\u0301", "\u20E3", "\u200D\u200D", "\u200C", "\U000E0020\U000E007F", "\U000E0100", "\u061C", "\u3000\u00A0\u2003",
	"\uFEFF", "\u17B4\u17B5", "\x00\x01", "\u2028\u2029", "\uFFF9\uFFFB", "@\u200B#", ":verified: \u200B",
}

// FuzzName: after cleaning, a name holds no link, mention or tag on any network, and
// is clean: cleaning again changes nothing.
func FuzzName(f *testing.F) {
	for _, n := range append(append([]string{"Ann", "王小明🎉", "👨‍👩‍👧", "O'Neil & Söhne", "محمد"}, hostile...), invisible...) {
		f.Add(n, "ann@social.example")
		f.Add("", n)
		f.Add(n, n)
	}
	f.Add("A"+strings.Repeat("\u0301", 5000), "ann@social.example")
	f.Add(strings.Repeat("👨‍👩‍👧‍👦", 1000), strings.Repeat("x", 5000))
	f.Add("", "a"+strings.Repeat("\u0301", 5000)+"@social.example")
	f.Add(strings.Repeat("\u200B", 5000)+"evil.@com", "ann")
	f.Fuzz(func(t *testing.T, name, handle string) {
		got := SafeName(name, handle)
		if wrong := wrongName(got); wrong != "" {
			t.Errorf("%+q, %+q: %+q: %s", name, handle, got, wrong)
		}
		if again := SafeName(got, handle); again != got {
			t.Errorf("%+q, %+q: %+q, and again %+q", name, handle, got, again)
		}
	})
}

// Where a name can't be shown, the first part of the handle stands in its place.
func TestNamesThatNobodySees(t *testing.T) {
	t.Parallel()
	for _, n := range append(invisible, ":verified: :blobcat:", ":verified:", " :blob_cat_2: ", ":a:", ":+1:", ":heart::heart:",
		"http:@//evil.@com/claim") {
		if got := SafeName(n, "ann@social.example"); got != "ann" {
			t.Errorf("%+q: got %+q, want ann", n, got)
		}
	}
	if got := SafeName(strings.Repeat("\u200B", 9), "\u3164\u2800@social.example"); got != "" {
		t.Errorf("nothing at all: %+q", got)
	}
}

// Shortcodes of custom emoji, and what does not show, are left out of a name; what
// shows stays as it was.
func TestNamesStayWhatTheyAre(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Ann :verified:": "Ann", ":blobcat: Ann": "Ann", ":a:Ann:b_2:": "Ann", "Ann :verified: Lee": "Ann Lee", "Ann\u3164": "Ann",
		"\u2800Ann\u2800Lee\u200B": "Ann Lee", "A\u200Bnn": "Ann", "\uFEFFAnn": "Ann", "\u202EAnn\u202C": "Ann",
		"Ann\uFE0F": "Ann", "Ann  \n Lee": "Ann Lee", "Ann ❤️": "Ann ❤️", "👩🏽‍💻 Ann": "👩🏽‍💻 Ann", "👨‍👩‍👧‍👦": "👨‍👩‍👧‍👦",
		"🏴‍☠️ Jack": "🏴‍☠️ Jack", "🇩🇪": "🇩🇪", "王小明🎉": "王小明🎉", "Zoe\u0308": "Zoe\u0308", "علی\u200Cرضا": "علی\u200Cرضا",
		"श्रीमान्": "श्रीमान्", "สมชาย": "สมชาย", "O'Neil & Söhne": "O'Neil & Söhne", "J. R. R. Tolkien": "J. R. R. Tolkien",
		"St. John": "St. John", "Ann 12:30": "Ann 12:30", "Ann: a life": "Ann: a life", "Re:Zero": "Re:Zero", "Dr. Kim": "Dr. Kim",
		"A/B": "A/B", "C++": "C++", "Ann (she/her)": "Ann (she/her)",
	} {
		if got := SafeName(in, "somebody@social.example"); got != want {
			t.Errorf("%+q: got %+q, want %+q", in, got, want)
		}
	}
}

// A town comes from a form that strangers fill in, and goes into the same posts.
func TestTownsAreHarmless(t *testing.T) {
	t.Parallel()
	for _, town := range append(append([]string{strings.Repeat("A"+strings.Repeat("\u0301", 99), 50)}, hostile...), invisible...) {
		got, err := fillIn(`{{or city "your town"}}`, Values{City: town})
		if wrong := wrongName(got); err != nil || wrong != "" {
			t.Errorf("%+q: got %+q %v: %s", town, got, err, wrong)
		}
	}
	for _, town := range []string{"Köln", "St. John's", "東京", "القاهرة", "Winston-Salem", "Frankfurt (Oder)"} {
		if got, err := fillIn(`{{city}}`, Values{City: town}); err != nil || got != town {
			t.Errorf("%s: got %q %v", town, got, err)
		}
	}
}
