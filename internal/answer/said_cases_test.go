package answer

import "testing"

// TestWordsThatAreNotSaid: a word in a link, in an address, in a name or in a quoted
// line draws no rule.
func TestWordsThatAreNotSaid(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"look https://news.example/deal-breakers", "look http://deal.example", "HTTPS://NEWS.EXAMPLE/DEAL",
		"https://x.example/?q=deal#deal", "(https://news.example/deal)", "看https://shop.example/优惠", "看https://shop.example/deal。",
		"https://deal.example", "look www.deal.example", "look news.com/deal-breakers", "look news.com/deal-bre…", "look deal.com",
		"see deal-hunters.co.uk/x!",
		"is deal@shop.com yours?", "mailto:deal@shop.com", "write to the.deal@shop.com, please",
		"@deal hello", "@deal@x.example hello", "@ann@deal.example hello", "@x@bücher.deal hello", "@x@bücher-deal.example hello",
		"＠deal hello", "hello (@deal)",
		"> Write deal for a code\nis this legal?", "is this legal?\n> Write deal for a code", ">deal\n>> deal\nwhat?", "＞ 优惠\n这是真的吗",
		"hm\n\n  > deal\n\nhm", "RE: https://s.example/deal\n\nhm",
		"真的吗//@柚子:回复优惠有奖", "回复@优惠:你好", // as Weibo shows answers and reposts
	} {
		if got := answers(t, text, "deal", "优惠"); got != Desk {
			t.Errorf("%q: %s", text, got)
		}
	}
}

// TestWordsBesideThoseAreSaid: whoever says the word as well gets the answer.
func TestWordsBesideThoseAreSaid(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"deal https://news.example/x", "https://news.example/x deal", "https://news.example/deal deal", "https://shop.example/x，优惠",
		"优惠https://shop.example/x", "deal: www.shop.example", "deal? news.com/x",
		"deal, or mail to a@shop.com", "@deal deal", "@ann@deal.example deal", "deal @ann@bücher.example",
		"> Write this for a code\ndeal", "deal\n> Write this", "#deal", "＃优惠", "a deal > 50 %?", "5 > 3: deal", "deal...please",
		"deal.Please", "deal/offer", "offer/deal", "RE: deal", "“deal”", "e.g. deal",
		"优惠//@柚子:你好", "回复@柚子:优惠", "回复@柚子：有优惠吗//@柚子:你好",
	} {
		if got := answers(t, text, "deal", "优惠"); got != Reply {
			t.Errorf("%q: %s", text, got)
		}
	}
}

// Letters that Arabic and Hebrew leave out or add change no word; what is a letter of
// its own elsewhere stays one.
func TestFoldsOfScripts(t *testing.T) {
	t.Parallel()
	for text, phrase := range map[string]string{
		"أُريد قَسِيمَة": "قسيمة", "قســيمة من فضلك": "قسيمة", "اريد عرضا": "أريد", "أريد": "اريد", "יש קוּפּוֹן?": "קופון",
		"deal\u2060 please": "deal", "de\u00ADal": "deal", "コーヒー": "ｺｰﾋｰ", "deal❤️": "deal", "❤️优惠❤️": "优惠",
	} {
		if !Says(text, phrase) {
			t.Errorf("%q does not say %q", text, phrase)
		}
	}
	for text, phrase := range map[string]string{"ガギグ": "カキク", "बद": "बंद", "ที": "ที่", "ダメ": "タメ", "한": "하"} {
		if Says(text, phrase) {
			t.Errorf("%q says %q", text, phrase)
		}
	}
}
