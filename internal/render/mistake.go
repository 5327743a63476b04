package render

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Mistake is what is wrong with a template, and where: lines and columns (in
// characters) count from 1.
type Mistake struct {
	Line, Column int
	Text, Hint   string
}

// Mistakes are all that is wrong with a template. It is an error.
type Mistakes []Mistake

// Error says what is wrong.
func (m Mistakes) Error() string {
	lines := make([]string, len(m))
	for i, x := range m {
		if lines[i] = x.Text; x.Hint != "" {
			lines[i] += " (" + x.Hint + ")"
		}
	}
	return strings.Join(lines, "; ")
}

// place is a mistake at a byte of source.
func place(source string, at int) Mistake {
	before := source[:min(at, len(source))]
	line := strings.Count(before, "\n")
	return Mistake{Line: 1 + line, Column: 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])}
}

var (
	unknownFunc = regexp.MustCompile(`function "([^"]+)" not defined`)
	where       = regexp.MustCompile(`^template: t:(\d+)(?::(\d+))?: ?`)
	running     = regexp.MustCompile(`^executing "t" at <.*?>: (?:error calling \w+: )?`)
	badSign     = regexp.MustCompile(`^(?:bad character|unrecognized character in action:) (U\+\S+) '(.*)'`)
	begun       = regexp.MustCompile(` started at t:(\d+)$`)
	badNumber   = regexp.MustCompile(`^bad number syntax: "(.*)"`)
	unexpected  = regexp.MustCompile(`^unexpected (?:"(.*)"|<(.*)>|(\{\{\w+\}\})) in `)
	noValue     = regexp.MustCompile(`^missing value for (\w+)`)
	ours        = regexp.MustCompile(`^executing "t" at <.*?>: error calling \w+: `)
	wrongCount  = regexp.MustCompile(`^wrong number of args for (\w+):`)
	noText      = regexp.MustCompile(`^expected string; found (.*)`)
	example     = regexp.MustCompile(`\{\{.*\}\}`)
)

// mistake puts an error of text/template into a marketer's words.
func mistake(source string, err error) Mistakes {
	text, out := err.Error(), Mistake{Line: 1, Column: 1}
	if m := where.FindStringSubmatch(text); m != nil {
		text = text[len(m[0]):]
		out.Line, _ = strconv.Atoi(m[1])
		if m[2] != "" {
			col, _ := strconv.Atoi(m[2]) // bytes, from 0
			line := strings.Split(source, "\n")[min(out.Line-1, strings.Count(source, "\n"))]
			out.Column = 1 + utf8.RuneCountInString(line[:min(col, len(line))])
		}
	}
	if m := begun.FindStringSubmatch(text); m != nil {
		text = text[:len(text)-len(m[0])]
		out.Line, _ = strconv.Atoi(m[1])
	}
	switch tried := running.ReplaceAllString(text, ""); {
	case errors.Is(err, errEndless), ours.MatchString(text):
		out.Text = tried // in our own words
	case tried != text:
		out.Text = plainly(tried)
	default:
		out.Text = "the template can't be read: " + plainly(text)
	}
	return Mistakes{out}
}

// inWords are what the library says, by how it begins, and what that means.
var inWords = [][2]string{
	{`unexpected "{"`, "there is a brace too many: write {{name}}"},
	{`unexpected "}"`, "there is a brace too many: write {{name}}"},
	{"unclosed action", "“{{” is never closed: write {{name}}"},
	{"unclosed comment", "a remark, {{/*, is never closed: end it with */}}"},
	{"comment ends", "a remark ends with */}}"},
	{"unclosed left paren", "a ( is never closed"},
	{"unexpected right paren", "there is a ) too many"},
	{"unexpected EOF", "an {{if}} has no {{end}}"},
	{"unexpected {{end}}", "there is an {{end}} without its {{if}}"},
	{"unexpected {{else}}", "there is an {{else}} without its {{if}}"},
	{"unterminated", "a quote is opened between {{ and }} and never closed"},
	{"non executable command", "what stands after | is no word"},
	{"expected end", "an {{if}} has no {{end}}"},
}

// plainly says what the library means, never in its own words.
func plainly(text string) string {
	if m := wrongCount.FindStringSubmatch(text); m != nil {
		if e := example.FindString(Words[m[1]]); e != "" {
			return "write it as " + e
		}
		return "“" + m[1] + "” takes no value: write {{" + m[1] + "}}"
	}
	if m := noText.FindStringSubmatch(text); m != nil {
		return "write “" + m[1] + "” in quotes"
	}
	for _, w := range inWords {
		if strings.HasPrefix(text, w[0]) {
			return w[1]
		}
	}
	if m := badSign.FindStringSubmatch(text); m != nil {
		if strings.ContainsAny(m[2], "“”‘’„＂＇「」") {
			return "the sign " + m[2] + " (" + m[1] + ") is no quote here: write \""
		}
		return "“" + m[2] + "” can't stand between {{ and }}"
	}
	if m := badNumber.FindStringSubmatch(text); m != nil {
		return "“" + m[1] + "” is no number: put it in quotes"
	}
	if m := noValue.FindStringSubmatch(text); m != nil {
		return "{{" + m[1] + "}} needs a word: {{" + m[1] + " name}}"
	}
	if m := unexpected.FindStringSubmatch(text); m != nil {
		return "“" + m[1] + m[2] + m[3] + "” can't stand there"
	}
	return "what stands between {{ and }} is no word that a text may use: write {{name}}"
}
