package answer

import "testing"

func TestSays(t *testing.T) {
	for _, c := range []struct {
		text, phrase string
		want         bool
	}{
		{"I want a DEAL!", "deal", true}, {"ideal", "deal", false}, {"deals", "deal", false}, {"我要deal啊", "deal", true},
		{"有没有优惠券？", "优惠", true}, {"ＤＥＡＬ", "deal", true}, {"crème brûlée", "creme brulee", true}, {"CAFÉ", "café", true},
		{"when do  you\nopen", "when do you open", true}, {"Straße", "strasse", true}, {"ガギグ", "カキク", false}, {"쿠폰 주세요", "쿠폰", true},
		{"أريد قسيمة", "قسيمة", true}, {"", "deal", false}, {"deal", "", false}, {"a deal-breaker", "deal", true}, {"İstanbul", "istanbul", true},
	} {
		if got := Says(c.text, c.phrase); got != c.want {
			t.Errorf("Says(%q, %q) = %v", c.text, c.phrase, got)
		}
	}
}

func TestStop(t *testing.T) {
	for text, want := range map[string]bool{
		"stop": true, "@pomelo STOP!!!": true, "Stop. 🛑": true, "please stop": true, "＠柚子 ＴＤ": true, "退订": true, "@youzi.test 取消。": true,
		"取消订单": false, "don't stop": false, "don’t stop": false, "stop by the shop?": false, "Unsubscribe": true, "谢谢，退订": true,
		"stop the music":                 false,
		"@a@b.example @c@d.example stop": true, "non-stop": false, "Стоп": true, "إيقاف": true, "": false, "@stop": false,
		"can I cancel my order": false, "@pomelo退订": true, "@pomelo@social.example退订": true, "＠pomelo.bsky.social退订": true, "stop stop": true,
		"stop now": true, "stop https://shop.example": true, "stop messages": true, "我要退订": true, "退订吧": true,
		"stop sending the wrong colour": false, "td": true, "TD!": true,
	} {
		if got := IsStop(text, nil); got != want {
			t.Errorf("IsStop(%q) = %v", text, got)
		}
	}
	if !IsStop("genug jetzt!", []string{"Genug jetzt"}) {
		t.Error("a word of the brand's own is not heard")
	}
	if !IsStart("Start!", nil) || IsStart("when do you start", nil) {
		t.Error("start")
	}
}

func TestLanguage(t *testing.T) {
	for _, c := range []struct{ text, said, person, account, want string }{
		{"@youzi 有优惠吗", "en", "", "en", "zh"}, {"セールはいつ？優惠", "", "", "en", "ja"}, {"deal", "en", "zh", "zh", "en"},
		{"deal", "", "", "zh", "zh"}, {"@柚子 deal", "", "", "en", "en"},
	} {
		if got := Language(c.text, c.said, c.person, c.account); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}
