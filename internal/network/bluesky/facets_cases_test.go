package bluesky

import (
	"strings"
	"testing"
)

// clickable are the links, tags and names of a text, as “https://… #tag @did”. Each
// facet has to cover what is written, to the byte.
func clickable(t *testing.T, text string) string {
	t.Helper()
	all, err := facets(t.Context(), text, resolveKnown)
	must(t, err)
	var out []string
	for _, f := range all {
		covered, x := text[f.Index.Start:f.Index.End], f.Features[0]
		switch {
		case x.URI != "" && (x.URI == covered || x.URI == "https://"+covered):
			out = append(out, x.URI)
		case x.Tag != "" && (covered == "#"+x.Tag || covered == "＃"+x.Tag):
			out = append(out, "#"+x.Tag)
		case x.Tag != "" && covered == x.Tag: // $POM
			out = append(out, x.Tag)
		case x.DID != "" && strings.HasPrefix(covered, "@"):
			out = append(out, "@"+x.DID)
		default:
			t.Errorf("%q: %q leads to %q", text, covered, x.URI+x.Tag+x.DID)
		}
	}
	return strings.Join(out, " ")
}

// leads checks what is clickable in each of the texts.
func leads(t *testing.T, want string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if got := clickable(t, text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

const sale = "https://shop.com/sale"

// However many signs end a sentence, and in whatever brackets or quotes it stands,
// the link is what leads to the shop.
func TestLinkEndsBeforeSigns(t *testing.T) {
	t.Parallel()
	leads(t, sale, "Really https://shop.com/sale... or not")
	for _, signs := range []string{".", "...", "?!", "!!!", ".,", ";", ":", "…", "……", ").", ")!!", "?)", ".)", "'.", `".`,
		"。", "！！", "，", "、", "；", "～", "——", "｡", "､", "・"} {
		leads(t, sale, "Now "+sale+signs, "Now "+sale+signs+" or never")
	}
	for _, pair := range []string{"()", "[]", "{}", "<>", `""`, "''", "“”", "‘’", "„“", "«»", "‹›",
		"（）", "［］", "｛｝", "＜＞", "「」", "『』", "【】", "《》", "〈〉", "〔〕", "〖〗", "｢｣"} {
		r := []rune(pair)
		leads(t, sale, "See "+string(r[0])+sale+string(r[1]), "See "+string(r[0])+sale+"."+string(r[1])+"!")
	}
}

// What belongs to a link stays in it.
func TestLinkKeepsItsOwnSigns(t *testing.T) {
	t.Parallel()
	for _, link := range []string{
		"https://shop.com/", "https://shop.com/a.b", "https://shop.com/a,b;c", "https://shop.com/wow!/x", "https://shop.com/?q=a+b&c=%20",
		"https://shop.com/#top", "https://shop.com/a-", "https://shop.com/a_", "https://shop.com:8080/x", "https://social.example/@anna",
		"https://shop.com/~anna", "https://shop.com/it's/x", "https://en.wikipedia.org/wiki/Sphinx_(software)", "https://shop.com/a_(b)_c",
		"https://shop.com/a_(b_(c))", "https://shop.com/?ids[0]=1", "https://münchen.de/x", "https://例え.jp/あ", "http://shop.com/sale",
		"HTTPS://shop.com/sale", "https://shop.com/?to=https://shop.com/b",
	} {
		leads(t, link, link, "See "+link+" now", "emoji 👨‍👩‍👧‍👦 "+link+" 👍")
	}
}

// A bracket that was opened before the link closes outside of it.
func TestLinkInBracketsOfTheSentence(t *testing.T) {
	t.Parallel()
	const sphinx = "https://en.wikipedia.org/wiki/Sphinx_(software)"
	leads(t, sphinx, "("+sphinx+")", "(see "+sphinx+").", "("+sphinx+".)", "["+sphinx+"]", "（"+sphinx+"）")
	leads(t, "https://www.shop.com/awards/united_states/", "Look (https://www.shop.com/awards/united_states/)for more")
	const both = "https://shop.com/a https://shop.com/b"
	leads(t, both, "(https://shop.com/a)(https://shop.com/b)", "(https://shop.com/a), [https://shop.com/b]; so")
	leads(t, "https://shop.com/a", "https://shop.com/a)b(c", "(shop.com/a)for more")
	leads(t, sale, "[Sale](https://shop.com/sale)", "(Sale: https://shop.com/sale)today")
}

// A link may follow anything but a letter or a digit of a word, as on X and Mastodon.
// Scripts without spaces put it right after a letter.
func TestLinkAfterASign(t *testing.T) {
	t.Parallel()
	leads(t, sale, "👉https://shop.com/sale")
	leads(t, "https://afterdot.com", "Check this out.https://afterdot.com now")
	leads(t, "", "see"+sale, "x1"+sale)
	for _, before := range []string{
		"🔥", "👉🏽", "🛍️", "👨‍👩‍👧", "🇩🇪", "1️⃣", "❤️", "➡", "→", "▶️", "✅", "•", "·", ".", "!", "?", ":", ",", ";",
		"-", "–", "—", "|", "*", ">", "=", "/", "…", "»", "~", "。", "、", "～", "”", "详情", "詳細は", "セールー", "자세히", "ดูที่",
	} {
		leads(t, sale, "Sale "+before+sale+" now", before+sale)
	}
}

// An address for letters is no link, though the first half of it looks like one.
func TestMailAddressIsNoLink(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"info@shop.com", "customer.care@shop.com", "help.center@shop.com", "anna.kim@shop.com", "a.b.kim@shop.co.uk",
		"anna.kim+vip@shop.com", "anna.kim_2@shop.com", "Anna.Kim@Shop.com", "help.center@my-shop.com", "anna-b.kim@shop.com",
	} {
		leads(t, "", "Write to "+address+" today", address, "("+address+").", "Mail: "+address+", "+address+"!")
		leads(t, "https://shop.com", address+" or shop.com")
	}
	leads(t, "https://shop.com/@anna", "shop.com/@anna", "See shop.com/@anna.") // this is a link
}

// Hosts without a scheme become links where they are hosts beyond doubt.
func TestBareHosts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"shop-online.com has it": "https://shop-online.com", "my-shop.example.com": "https://my-shop.example.com",
		"At my-shop.example.com/sale?x=1.": "https://my-shop.example.com/sale?x=1", "(x.my-shop.de)": "https://x.my-shop.de",
		"bsky-debug.app!": "https://bsky-debug.app", "a-b-c.shop/x_(y)": "https://a-b-c.shop/x_(y)",
		"shop--online.com": "https://shop--online.com", "x.myshopify.com/sale，今天": "https://x.myshopify.com/sale",
		"shop.com...": "https://shop.com",
		"Shop.com?!":  "https://Shop.com", "youtu.be/x": "https://youtu.be/x",
		"shop.ai and shop.io": "https://shop.ai https://shop.io", "shop.co.uk": "https://shop.co.uk",
		"shop.com:8080/x": "https://shop.com:8080/x",
	} {
		leads(t, want, text)
	}
	leads(t, "", "-shop.com", "shop-.com", "end-of.story-line", "9.99 or 1.5kg, v1.2", "foo.notatld")
}

// Names of files and abbreviations are no links: they would lead to a stranger's
// domain. Whoever means the site writes https://.
func TestFileNamesAndAbbreviations(t *testing.T) {
	t.Parallel()
	leads(t, "", "file readme.md and setup.sh", "Run setup.py.", "photos.zip, intro.mov", "(README.md)", "CHANGELOG.md!",
		"my-notes.md", "`install.sh`")
	leads(t, "", "P.S. e.g. i.e. a.m. U.S. sale", "z.B. u.a. d.h. i.d.R. a.k.a. p.ej. s.v.p. No.1")
	leads(t, "https://readme.md http://setup.sh/x", "https://readme.md and http://setup.sh/x")
}

// A tag ends before the punctuation of its script, also where no space follows.
func TestTagEnds(t *testing.T) {
	t.Parallel()
	leads(t, "#双十一", "#双十一，全场八折", "#双十一，，今天", "#双十一。", "#双十一# 今天")
	for _, sign := range []string{"，", "。", "！", "？", "；", "：", "、", "（", "）", "「", "」", "『", "』", "《", "》", "〈", "〉", "【", "】", "〔", "〕",
		"“", "”", "…", "～", "｡", "､", "｢", "｣", "！？"} {
		leads(t, "#双十一", "#双十一"+sign+"今天", "今天 #双十一"+sign)
		leads(t, "#セール", "＃セール"+sign+"本日", "#セール"+sign)
		leads(t, "#deal", "#deal"+sign+"now", "a #deal"+sign)
		leads(t, "", "#"+sign, "#"+sign+"今天")
	}
	leads(t, "#双十一 "+sale, "#双十一，"+sale, "#双十一 "+sale+"。")
	leads(t, "#双十一 #满减", "#双十一、 #满减！今天")
	leads(t, "#deal", "#deal, now", "#deal.", "#deal…", "#deal?!", "#deal)", "#deal\u200bnow", "#deal\u3000next")
	leads(t, "", "#1", "#2027", "#_", "#")
	for tag, text := range map[string]string{"24h": "24h", "a_b": "a_b", "🍊": "🍊", "سعر": "سعر، الآن", "सेल": "सेल।",
		"カード・ゲーム": "カード・ゲーム", "コーヒー": "コーヒー"} {
		leads(t, "#"+tag, "#"+text)
	}
}

// Facets are sorted and apart, and cover what is written, whatever stands next to
// each other.
func TestCasesStayWithinTheText(t *testing.T) {
	t.Parallel()
	parts := []string{sale, "my-shop.example.com", "anna.kim@shop.com", "readme.md", "#双十一", "@pomelo.test", "👉", "（", "）", "，", "...",
		"(", ")", "“", "”", "$POM", " "}
	for i := range len(parts) * len(parts) * len(parts) {
		text := parts[i%len(parts)] + parts[i/len(parts)%len(parts)] + parts[i/len(parts)/len(parts)]
		all, err := facets(t.Context(), text, resolveKnown)
		must(t, err)
		end := 0
		for _, f := range all {
			if f.Index.Start < end || f.Index.End <= f.Index.Start || f.Index.End > len(text) {
				t.Fatalf("%q: %+v", text, all)
			}
			end = f.Index.End
		}
		clickable(t, text)
	}
}
