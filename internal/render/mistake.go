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
	badSign     = regexp.MustCompile(`^bad character U\+\S+ '(.*)'`)
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
	if tried := running.ReplaceAllString(text, ""); tried != text || errors.Is(err, errEndless) {
		out.Text = plainly(tried)
	} else {
		out.Text = "the template can't be read: " + plainly(text)
	}
	return Mistakes{out}
}

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
	if m := badSign.FindStringSubmatch(text); m != nil {
		return "“" + m[1] + "” can't stand between {{ and }}"
	}
	if strings.HasPrefix(text, `unexpected "{"`) || strings.HasPrefix(text, `unexpected "}"`) {
		return "there is a brace too many: write {{name}}"
	}
	if text == "unclosed action" {
		return "“{{” is never closed: write {{name}}"
	}
	if text == "unexpected EOF" {
		return "an {{if}} has no {{end}}"
	}
	return text
}
