package gist_test

import (
	"testing"

	"magpie/internal/gist"
)

// Punctuation, width, links and a few other words make no other text; another
// matter does, however long the link that both have.
func TestAlike(t *testing.T) {
	long := " https://shop.example/sale?utm_source=social&utm_medium=post&utm_campaign=black-friday-2026&utm_content=first-of-many"
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"买一送一，今天开始！", "买一送一, 今天开始!", true},
		{"ＳＡＬＥ today only", "SALE today only", true},
		{"Sa\u200ble to\u200bday only", "Sale today only", true},
		{"Everything with a plug is cheaper this weekend." + long, "Everything with a plug is cheaper this " +
			"weekend! https://other.example/x", true},
		{"Clean fans keep a computer quiet for years: take the lid off twice a year and blow the dust out, gently.",
			"Clean fans keep a laptop quiet for years: take the lid off once a year and blow the dust out, gently.", true},
		{"本店所有带插头的商品本周末全部降价，欢迎大家前来选购，数量有限，先到先得，售完为止，谢谢支持。", "本店所有带电池的商品本周末全部打折，欢迎各位前来选购，数量有限，先到先得，卖完为止，谢谢支持。", true},
		{"今天打折" + long, "新品上市啦" + long, false},
		{"Last day!" + long, "New here:" + long, false},
		{"🎉 https://a.example", "🔥 https://b.example", false},
		{"A kettle lasts longer if it is descaled each month.", "Old batteries belong in the box at our door.", false},
	} {
		if got := gist.Of(c.a).Alike(gist.Of(c.b)); got != c.want {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}
