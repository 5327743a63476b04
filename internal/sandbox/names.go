package sandbox

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

var (
	givenEN = []string{"Ann", "Ben", "Chloe", "Daniel", "Ella", "Farid", "Grace", "Hugo", "Isla", "Jack", "Kira", "Liam", "Maya", "Noah",
		"Olive", "Priya", "Quinn", "Rosa", "Sam", "Tess"}
	lastEN = []string{"Baker", "Carter", "Diaz", "Evans", "Fisher", "Green", "Hughes", "Irving", "Jones", "Khan", "Lopez", "Moore",
		"Nolan", "O’Brien", "Patel", "Reed", "Shaw", "Turner"}
	// Family and given names with the spelling that their handles have.
	lastZH = [][2]string{{"王", "wang"}, {"李", "li"}, {"张", "zhang"}, {"刘", "liu"}, {"陈", "chen"}, {"杨", "yang"}, {"赵", "zhao"},
		{"黄", "huang"}, {"周", "zhou"}, {"吴", "wu"}, {"徐", "xu"}, {"欧阳", "ouyang"}}
	givenZH = [][2]string{{"伟", "wei"}, {"芳", "fang"}, {"娜", "na"}, {"秀英", "xiuying"}, {"敏", "min"}, {"静", "jing"}, {"丽", "li"},
		{"强", "qiang"}, {"磊", "lei"}, {"洋", "yang"}, {"艳", "yan"}, {"勇", "yong"}, {"小明", "xiaoming"}, {"雨桐", "yutong"}}
	// Names that programs stumble over: right to left, joined emoji, accents.
	odd     = []string{"ليلى حسن", "دانيال كريم", "🌻 Sunny 🌻", "👩🏽‍🚀 Zoë", "Åsa Öberg", "Nguyễn Văn Anh", "★彡 Neko 彡★", "משה לוי"}
	hostsEN = []string{"", "fern.example", "harbour.example", "mastodon.example"}
	hostsZH = []string{"", "hutong.example", "guangchang.example", "mastodon.example"}
)

// personName makes up the n-th person: every second one is Chinese, and some
// have a name that programs stumble over.
func personName(dice *rand.Rand, n int) (acct, display, language string) {
	handle, host := "", ""
	if n%2 == 1 {
		last, given := one(dice, lastZH), one(dice, givenZH)
		display, handle, host, language = last[0]+given[0], last[1]+given[1], one(dice, hostsZH), "zh"
	} else {
		first, last := one(dice, givenEN), one(dice, lastEN)
		display, handle, host, language = first+" "+last, strings.ToLower(first+last[:1]), one(dice, hostsEN), "en"
	}
	if dice.IntN(15) == 0 {
		display = one(dice, odd)
	}
	acct = fmt.Sprintf("%s%d", handle, n+1)
	if host != "" {
		acct += "@" + host
	}
	return acct, display, language
}

func one[T any](dice *rand.Rand, list []T) T { return list[dice.IntN(len(list))] }
