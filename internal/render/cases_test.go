package render

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// fillIn is a template's text, or its mistake.
func fillIn(source string, v Values) (string, error) {
	t, err := Parse(source)
	if err != nil {
		return "", err
	}
	return t.Render(v)
}

// evenSpaces has only plain spaces, and no signs of direction: CLDR has its own for both.
func evenSpaces(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Zs, r):
			return ' '
		case r == 0x200E, r == 0x200F, r == 0x061C:
			return -1
		}
		return r
	}, s)
}

// saysIn checks what a template says in a language; wants are all that are right.
func saysIn(t *testing.T, source, language string, wants ...string) {
	t.Helper()
	if got, err := fillIn(source, Values{Language: language}); err != nil || !slices.Contains(wants, evenSpaces(got)) {
		t.Errorf("%s, %s: got %q %v, want %q", language, source, got, err, wants)
	}
}

// What is no amount of its currency is a mistake, never another amount.
func TestMoneyIsWholeOrAMistake(t *testing.T) {
	t.Parallel()
	for unit, amounts := range map[string][]string{
		"USD": {"12abc", "1e3", "NaN", "Inf", "-Inf", "899.999", "1.2.3", "1 299", "1,29", "1.299,00", "899,00", "$5", "5 USD", "", " ",
			"0x10", "1_000", "1,2,3.00", "1299.", ".", "--5", "+-5", "½", "12\n", "12%", "1'299.00", "1,299,00"},
		"JPY": {"1.500", "1500.5", "1,5"},
		"KWD": {"1.2345"},
		"RMB": {"899.00"}, "XYZ": {"12.50"}, "US": {"1"}, "": {"1"}, "€": {"1"}, "XXX": {"1"}, "XTS": {"1"},
	} {
		for _, amount := range amounts {
			if got, err := fillIn("Only {{money `"+amount+"` `"+unit+"`}}!", Values{Language: "en"}); err == nil {
				t.Errorf("%q %s is no mistake: %q", amount, unit, got)
			}
		}
	}
	for amount, whole := range map[string]string{"1,299.00": "1,299.00", "12,345,678.90": "12,345,678.90",
		"9007199254740993.01": "9,007,199,254,740,993.01"} {
		got, err := fillIn(`Only {{money "`+amount+`" "USD"}}!`, Values{Language: "en"})
		if err == nil && got != "Only $"+whole+"!" { // a mistake is right too
			t.Errorf("%s USD: %q", amount, got)
		}
	}
}

// An amount is written as people of that language write it, with the currency's own
// decimals (CLDR).
func TestMoneyInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language, amount, unit string
		wants                  []string
	}{
		{"en", "899.00", "USD", []string{"$899.00"}},
		{"en", "1299.00", "USD", []string{"$1,299.00"}},
		{"en", "899", "USD", []string{"$899.00"}},
		{"en", "0.99", "USD", []string{"$0.99"}},
		{"en", "899.00", "EUR", []string{"€899.00"}},
		{"en", "899.00", "GBP", []string{"£899.00"}},
		{"en", "1500", "JPY", []string{"¥1,500"}},
		{"en", "12.345", "KWD", []string{"KWD 12.345"}},
		{"en-GB", "899.00", "GBP", []string{"£899.00"}},
		{"de", "899.00", "EUR", []string{"899,00 €"}},
		{"de", "1299.00", "EUR", []string{"1.299,00 €"}},
		{"de", "1299.00", "USD", []string{"1.299,00 $"}},
		{"fr", "1299.00", "EUR", []string{"1 299,00 €"}},
		{"es", "899.00", "EUR", []string{"899,00 €"}},
		{"it", "899.00", "EUR", []string{"899,00 €"}},
		{"nl", "899.00", "EUR", []string{"€ 899,00"}},
		{"pt-BR", "899.00", "BRL", []string{"R$ 899,00"}},
		{"sv", "899.00", "SEK", []string{"899,00 kr"}},
		{"pl", "899.00", "PLN", []string{"899,00 zł"}},
		{"ru", "1299.00", "RUB", []string{"1 299,00 ₽"}},
		{"tr", "899.00", "TRY", []string{"₺899,00"}},
		{"zh", "899.00", "CNY", []string{"¥899.00"}},
		{"zh-TW", "899.00", "TWD", []string{"$899.00", "NT$899.00"}},
		{"ja", "1500", "JPY", []string{"￥1,500", "¥1,500"}},
		{"ko", "15000", "KRW", []string{"₩15,000"}},
		{"hi", "129900.00", "INR", []string{"₹1,29,900.00"}},
		{"", "899.00", "USD", []string{"$899.00"}},
		{"xx", "899.00", "USD", []string{"$899.00"}},
	} {
		saysIn(t, `{{money "`+c.amount+`" "`+c.unit+`"}}`, c.language, c.wants...)
	}
}

// In one language no two currencies look alike.
func TestMoneyIsNotMistaken(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "en-CA", "de", "fr", "es", "ja", "zh", "ko", "sv"} {
		seen := map[string]string{}
		for _, unit := range strings.Fields("USD CAD AUD NZD HKD SGD TWD MXN ARS CNY JPY SEK NOK DKK ISK GBP EGP INR PKR") {
			amount := "12.00"
			if unit == "JPY" || unit == "ISK" {
				amount = "12"
			}
			text, err := fillIn(`{{money "`+amount+`" "`+unit+`"}}`, Values{Language: language})
			if err != nil {
				t.Errorf("%s: %v", unit, err)
				continue
			}
			sign := strings.Trim(evenSpaces(text), "0123456789., ")
			if other := seen[sign]; other != "" {
				t.Errorf("%s: %s and %s both are %q", language, other, unit, sign)
			}
			seen[sign] = unit
		}
	}
}

// {{date}} is “a day in the reader's language”, {{until}} a day and a time.
func TestDatesInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	for language, wants := range map[string][]string{
		"": {"November 26"}, "xx": {"November 26"}, "en": {"November 26"}, "en-GB": {"26 November"}, "de": {"26. November"},
		"de-AT": {"26. November"}, "fr": {"26 novembre"}, "es": {"26 de noviembre"}, "it": {"26 novembre"}, "pt": {"26 de novembro"},
		"pt-BR": {"26 de novembro"}, "nl": {"26 november"}, "sv": {"26 november"}, "pl": {"26 listopada"}, "cs": {"26. listopadu"},
		"ru": {"26 ноября"}, "uk": {"26 листопада"}, "tr": {"26 Kasım"}, "ja": {"11月26日"}, "zh": {"11月26日"}, "zh-TW": {"11月26日"},
		"ko": {"11월 26일"}, "ar": {"26 نوفمبر", "٢٦ نوفمبر"}, "he": {"26 בנובמבר"}, "hi": {"26 नवंबर"}, "th": {"26 พฤศจิกายน"},
		"vi": {"26 tháng 11"}, "id": {"26 November"}, "el": {"26 Νοεμβρίου"},
	} {
		saysIn(t, `{{date "2027-11-26"}}`, language, wants...)
	}
	saysIn(t, `{{date "2027-12-01"}}`, "fr", "1er décembre", "1 décembre")
	saysIn(t, `{{date "2028-02-29"}}`, "de", "29. Februar")
	saysIn(t, `{{date "2027-03-01"}}`, "de", "1. März")
	for _, day := range []string{"2027-02-29", "2027-11-31", "26.11.2027", "2027-11-26x", "2027-1-2", ""} {
		if got, err := fillIn("{{date `"+day+"`}}", Values{}); err == nil {
			t.Errorf("%q is no mistake: %q", day, got)
		}
	}
	until := time.Date(2027, 12, 1, 9, 0, 0, 0, time.UTC)
	for language, month := range map[string]string{"en": "Dec", "de": "Dez", "fr": "déc", "es": "dic", "it": "dic", "pt": "dez",
		"nl": "dec", "pl": "gru", "ru": "дек", "tr": "Ara", "ja": "12月", "zh": "12月1日", "ko": "12월", "th": "ธ.ค.", "sv": "dec"} {
		got, err := fillIn("{{until}}", Values{Until: until, Language: language})
		if err != nil || !strings.Contains(got, month) || !strings.Contains(got, "9:00") {
			t.Errorf("until, %s: got %q %v, want …%s…", language, got, err, month)
		}
	}
}

// strange are people as they come: a template that is taken has to work for all.
var strange = []Values{
	{}, {Name: "A", City: "B", Code: "C", Link: "d", Value: "5", Campaign: "x", Handle: "a"}, {Name: "Ann", Handle: "ann@s.example"},
	{Name: "O'Neil & Söhne", City: `St. John's "Bay" <x>`, Value: "3 < 5 & 30%", Campaign: "A&B's"}, {Name: "王", City: "京", Campaign: "春"},
	{Name: "👨‍👩‍👧‍👦", City: "🇩🇪"}, {Name: "%d %s", City: "{{name}}", Value: "100%"},
	{Name: strings.Repeat("长", 100), City: strings.Repeat("e\u0301", 100)},
	{Name: "محمد", Language: "ar", Until: time.Date(2027, 12, 1, 9, 0, 0, 0, time.UTC)},
}

// A template is a mistake, or says what it should to everybody: nothing fails while
// it runs, no character is cut, nothing is escaped as for a page.
func TestTemplatesHoldForEverybody(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"Hi {{slice name 0 5}}, {{code}}. {{link}}", "{{slice name 0 1}}!", "{{slice code 0 2}}!", "x{{slice city 1}}",
		"{{slice name 1 2}}x", "{{slice value 0 3}}.", "{{name | slice 0 3}}", "{{if (slice name 0 1)}}x{{end}}y",
		"{{with (slice code 0 5)}}{{.}}{{end}}y", `{{printf "%d" "x"}}`, `{{printf "%d" name}}`, `{{printf "%s"}}`,
		`{{printf "%s" name code}}`, `{{printf "%z" name}}`, `{{printf "%!"}}`, "{{printf name}}.", "{{printf city}}.",
		`{{printf "%.2s" name}}.`, `{{if (eq (printf "%d" name) "x")}}x{{end}}y`, "{{index name 0}}", "x{{index city 1}}",
		`{{index "abc" 9}}`, "{{if (eq (index name 0) 65)}}x{{end}}y", "{{call name}}", "{{call code 1}}", "Hi {{html name}}, {{code}}",
		"Hi {{js name}}", "Hi {{urlquery name}}", "{{name | html}}", "{{city | js}}!", "{{value | urlquery}}!", "{{html city}}.",
		"{{html campaign}}.", "{{print until}}.", "{{println code}}.", "{{len name}}.", "{{if (gt value 5)}}x{{end}}y", "{{lt name 5}}",
		"{{eq until 5}}",
	} {
		tm, err := Parse(source)
		if err != nil {
			continue // fewer words are better
		}
		for _, v := range strange {
			if text, err := tm.Render(v); err != nil {
				t.Errorf("%s is taken, and fails for %q: %v", source, v.Name, err)
			} else if bad := badIn(text, source, v); bad != "" {
				t.Errorf("%s is taken, and says %q to %q: %s", source, text, v.Name, bad)
			} else {
				continue
			}
			break // one is enough
		}
	}
}

// badIn is what is wrong with a text, "" if nothing is.
func badIn(text, source string, v Values) string {
	if !utf8.ValidString(text) {
		return "a character is cut"
	}
	if strings.Contains(source, "index") && strings.Trim(text, "0123456789x") == "" {
		return "the number of a letter"
	}
	for _, sign := range []string{"%!", "&#", "&amp;", "&lt;", `\'`, `\u`, `\"`, "%27", "%26", "%20", "%25", "%E", "+%"} {
		if strings.Contains(text, sign) && !strings.Contains(v.Name+v.City+v.Value+v.Campaign, sign) {
			return sign
		}
	}
	return ""
}

// These words go on working.
func TestTemplatesThatStay(t *testing.T) {
	t.Parallel()
	v := Values{Name: "O'Neil & Söhne", Code: "AB-12", Value: "30%", Campaign: "A&B"}
	for source, want := range map[string]string{
		"Hi {{name}}, {{code}}": "Hi O'Neil & Söhne, AB-12", `{{or city "your town"}}`: "your town", "{{campaign}}: {{value}}": "A&B: 30%",
		`{{if city}}in {{city}}{{else}}here{{end}}`: "here", "{{with code}}{{.}}{{end}}": "AB-12",
		`{{if eq code "AB-12"}}yes{{else}}no{{end}}`: "yes", `{{if and code (not city)}}yes{{else}}no{{end}}`: "yes",
		"{{/* a note */}}x": "x", "a {{- code -}} b": "aAB-12b",
	} {
		if got, err := fillIn(source, v); err != nil || got != want {
			t.Errorf("%s: got %q %v, want %q", source, got, err, want)
		}
	}
}

// What is no field of ours is refused wherever it stands: braces that are left, questions that
// people would read, a wrong date in a branch that few people take.
func TestLeftBehind(t *testing.T) {
	for source, want := range map[string]string{
		"Dear {first name}, hello": "{first name}", "Liebe {Vorname}!": "{Vorname}", "你好 {名前}": "{名前}", "Hi name}} you": "}}", "Hi {0}": "{0}",
		"{{not city}}": "no text", "{{len name}} letters": "no text", "{{eq city \"x\"}}": "no text", "{{'a'}}": "no text", "{{true}}": "no text",
		"Hi {{print nil}}": "print", "{{if eq city \"Berlin\"}}Bis {{date \"26.11.2027\"}}{{end}} hello": "26.11.2027",
		"{{if eq name \"Bob\"}}{{money \"x\" \"USD\"}}{{end}} hello": "not an amount",
		"{{if eq name \"Bob\"}}{{money \"5\" \"USD\"}}{{end}} hello": "", "{^_^} (o_o) [1] {} hello": "", "{{if not city}}hello{{end}} you": "",
		"%name% {{nmae}} {{money \"899,5\" \"CNY\"}}": "3",
	} {
		_, err := Parse(source)
		n := 0
		if m, ok := err.(Mistakes); ok { //nolint:errorlint // the very error
			n = len(m)
		}
		switch {
		case want == "" && err != nil, want != "" && err == nil:
			t.Errorf("%q: %v", source, err)
		case want == "3" && n != 3:
			t.Errorf("%q: %d mistakes are told: %v", source, n, err)
		case want != "" && want != "3" && !strings.Contains(err.Error(), want):
			t.Errorf("%q: %v", source, err)
		}
	}
}
