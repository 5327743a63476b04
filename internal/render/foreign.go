package render

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/width"
)

// spelt are our words as they are called elsewhere.
var spelt = map[string]string{"first_name": "name", "firstname": "name", "fname": "name", "last_name": "name", "lastname": "name",
	"lname":     "name",
	"full_name": "name", "username": "handle", "user_name": "handle", "姓名": "name", "名字": "name", "昵称": "name", "coupon": "code",
	"coupon_code": "code",
	"couponcode":  "code", "promo_code": "code", "优惠码": "code", "url": "link", "链接": "link", "城市": "city", "discount": "value"}

// alien is a field as other programs write it, and ours with a brace too few: {name}, %name%, [[name]],
// <name>, ${name}, *|NAME|*, {% name %}. Full-width signs were made narrow before.
var alien = regexp.MustCompile(`(?i)(\{\{|\{%|[$#]\{|<%=|\{|\[\[|\[|\*\||%%|%|<|##|\$)\s*([a-z_]+|[\p{Han}]+)\s*(\}\}|%\}|\}|%>|\]\]|\]|\|\*|%%|%|>|##)?`)

// closing are the ends that belong to a beginning; "$" needs none.
var closing = map[string][]string{"{{": {"}"}, "{": {"}", "}}"}, "{%": {"%}"}, "${": {"}"}, "#{": {"}"}, "<%=": {"%>"},
	"[[": {"]]"}, "[": {"]"}, "*|": {"|*"}, "%": {"%"}, "%%": {"%%"}, "<": {">"}, "##": {"##"}}

// Foreign finds what is meant as a field and would go out as it stands, with the
// way to write it.
func Foreign(source string) (out Mistakes) {
	narrow, at := narrowed(source)
	for _, m := range alien.FindAllStringSubmatchIndex(narrow, -1) {
		begin, word, end := narrow[m[2]:m[3]], strings.ToLower(narrow[m[4]:m[5]]), ""
		if m[6] >= 0 {
			end = narrow[m[6]:m[7]]
		}
		ours := word
		if Words[word] == "" {
			ours = spelt[word]
		}
		wide := source[at[m[0]]:at[m[1]]]
		closed := begin == "$" || slices.Contains(closing[begin], end)
		fullWidth := begin+end == "{{}}" && !(strings.HasPrefix(wide, "{{") && strings.HasSuffix(wide, "}}"))
		if ours == "" || !closed && !fullWidth {
			continue
		}
		p := place(source, at[m[0]])
		p.Text, p.Hint = "“"+wide+"” is not a field here, and would go out as it stands", "write {{"+ours+"}}"
		out = append(out, p)
	}
	return out
}

// action is what the template fills in; rest is a brace that is left besides.
var (
	action = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	rest   = regexp.MustCompile(`\{\s*[\p{L}_][^{}\n]{0,40}\}|\{\d\}|\{\{|\}\}`)
)

// Leftover finds braces that are no field, and would go out as they stand.
func Leftover(source string) (out Mistakes) {
	plain := action.ReplaceAllStringFunc(source, func(s string) string { return strings.Repeat(" ", len(s)) })
	for _, at := range rest.FindAllStringIndex(plain, -1) {
		p := place(source, at[0])
		p.Text, p.Hint = "“"+plain[at[0]:at[1]]+"” is not a field here, and would go out as it stands",
			"write {{name}} or another field, or take the braces out"
		out = append(out, p)
	}
	return out
}

// leftover is Leftover without what was found as a field of other programs.
func leftover(source string, foreign Mistakes) Mistakes {
	return slices.DeleteFunc(Leftover(source), func(m Mistake) bool {
		return slices.ContainsFunc(foreign, func(f Mistake) bool {
			return f.Line == m.Line && f.Column <= m.Column && m.Column <= f.Column+len(f.Text)
		})
	})
}

// narrowed is a text with narrow signs for full-width ones, and where each of its bytes, and its end, stood.
func narrowed(source string) (narrow string, at []int) {
	var b strings.Builder
	for i, r := range source {
		n := width.Narrow.String(string(r))
		b.WriteString(n)
		for range len(n) {
			at = append(at, i)
		}
	}
	return b.String(), append(at, len(source))
}

// Fixed is a text of somebody's own words: a template if it has fields, or nil.
func Fixed(words string) *Template {
	if !strings.Contains(words, "{{") {
		return nil
	}
	t, err := read(words) // it was tried when it was written
	if err != nil {
		return nil
	}
	return t
}
