package reply

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"magpie/internal/answer"
	"magpie/internal/render"
)

// What a model must not make up: amounts, days, discounts, promises, where to pay or call.

var (
	digits      = regexp.MustCompile(`[0-9]+`)
	wordRule    = regexp.MustCompile(`[\p{L}\p{M}]+`)
	hanNumber   = regexp.MustCompile(`([零〇一二两三四五六七八九十百千万半]+)\s*(?:折|元|块|角|分|点|天|日|号|月|年|周|小时|成|%|倍)`)
	spelledHost = regexp.MustCompile(`(?i)[(\[{]\s*(?:at|dot|a|punkt|点)\s*[)\]}]|\b\w+ dot \w+|\b\w+ at \w+ dot\b`)
)

// promises are words that bind the brand. One may be said only if the marketer has said it.
var promises = []string{"free", "discount", "refund", "guarantee", "guaranteed", "compensation", "voucher", "coupon", "% off", "percent",
	"gift", "gratis", "kostenlos", "rabatt",
	"garantie", "gutschein", "erstattung", "gratuit", "remise", "remboursement", "descuento", "reembolso", "gratuito", "sconto", "rimborso",
	"бесплатно", "скидка", "возврат",
	"免费", "打折", "折扣", "退款", "赔偿", "保证", "包邮", "赠送", "優惠券", "优惠券", "無料", "割引", "返金", "保証", "무료", "할인", "환불"}

// inventedIn says what in a model's words is in none of its sources; "" if nothing is.
func inventedIn(text, sources string) string {
	plain, from := norm.NFKC.String(text), norm.NFKC.String(sources)
	if why := disguised(text, plain); why != "" {
		return why
	}
	known := numbersIn(from)
	for n := range numbersIn(plain) {
		if !known[n] {
			return "it says " + n + ", which is in none of its sources"
		}
	}
	for _, w := range promises {
		if answer.Says(plain, w) && !answer.Says(from, w) {
			return "it says “" + w + "”, which is in none of its sources"
		}
	}
	return ""
}

// disguised tells of signs that nobody sees, letters of another script that look alike, and addresses in words.
func disguised(text, plain string) string {
	for _, r := range text {
		if unicode.Is(unicode.Cf, r) && r != 0x200D || unicode.Is(unicode.Bidi_Control, r) {
			return "it has signs that nobody sees"
		}
	}
	for _, w := range wordRule.FindAllString(plain, -1) {
		if latin := strings.ContainsFunc(w, isLatin); latin && strings.ContainsFunc(w, func(r rune) bool {
			return unicode.In(r, unicode.Cyrillic, unicode.Greek, unicode.Cherokee, unicode.Armenian)
		}) {
			return "it mixes the letters of two scripts in a word"
		}
	}
	if spelledHost.MatchString(plain) || render.LooksLikeLink(plain) || strings.ContainsAny(plain, "@#") {
		return "it has an address in words"
	}
	return ""
}

func isLatin(r rune) bool { return unicode.Is(unicode.Latin, r) }

// numbersIn are the numbers of a text, in digits, however they are written in English or Chinese.
func numbersIn(text string) map[string]bool {
	out := map[string]bool{}
	for _, n := range digits.FindAllString(text, -1) {
		out[n] = true
		out[strings.TrimLeft(n, "0")] = out[strings.TrimLeft(n, "0")] || strings.TrimLeft(n, "0") == n
	}
	for _, w := range wordRule.FindAllString(strings.ToLower(text), -1) {
		if n, ok := numberWords[w]; ok {
			out[strconv.Itoa(n)] = true
		}
	}
	for _, m := range hanNumber.FindAllStringSubmatch(text, -1) {
		out[strconv.Itoa(hanValue(m[1]))] = true
	}
	return out
}

var numberWords = map[string]int{"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
	"eleven": 11, "twelve": 12, "thirteen": 13,
	"fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40,
	"fifty": 50, "sixty": 60, "seventy": 70,
	"eighty": 80, "ninety": 90, "hundred": 100, "thousand": 1000, "million": 1_000_000, "half": 50}

// hanValue is a number in Chinese: 九 is 9, 三十 is 30.
func hanValue(s string) (n int) {
	part := 0
	for _, r := range s {
		switch i := strings.IndexRune("零一二三四五六七八九", r); {
		case r == '〇':
		case r == '两':
			part = 2
		case i >= 0:
			part = i / 3
		case r == '半':
			n += 50
		default:
			unit := map[rune]int{'十': 10, '百': 100, '千': 1000, '万': 10_000}[r]
			n += max(part, 1) * unit
			part = 0
		}
	}
	return n + part
}
