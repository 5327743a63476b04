package render

import (
	"errors"
	"fmt"
	"strings"
	"text/template"
	"unicode"
	"unicode/utf8"

	"magpie/internal/network"
)

// Template is a text with words to fill in.
type Template struct {
	Source string
	t      *template.Template
	uses   map[string]bool
}

// Parse reads a template and tries it. Its error is Mistakes.
func Parse(source string) (*Template, error) {
	t, err := read(source)
	if err != nil {
		return nil, err
	}
	some := ""
	for _, v := range trials() {
		text, err := t.Render(v)
		if err != nil {
			return nil, err
		}
		some += text
	}
	if some == "" {
		return nil, Mistakes{{1, 1, "the template is empty", ""}}
	}
	return t, nil
}

// read is Parse without trying.
func read(source string) (*Template, error) {
	if strings.TrimSpace(source) == "" {
		return nil, Mistakes{{1, 1, "the template is empty", ""}}
	}
	foreign := Foreign(source)
	t, err := parseAll(source)
	if err != nil {
		return nil, append(foreign, mistake(source, err)...)
	}
	out := &Template{Source: source, t: t, uses: map[string]bool{}}
	if m := append(append(foreign, out.inspect()...), leftover(source, foreign)...); len(m) > 0 {
		return nil, m
	}
	return out, nil
}

// trials are people as they come: a template that is taken works for all of them.
func trials() []Values {
	sample := Sample("CODE", "https://shop.example/")
	long := sample
	long.Name, long.City = strings.Repeat("长", 100), strings.Repeat("e\u0301", 100)
	return []Values{sample, {}, {Name: "A", City: "B", Code: "C", Link: "d", Value: "5", Campaign: "x", Handle: "a"}, long,
		{Name: "O'Neil & <b>Söhne</b> %d {{name}}", City: "👨‍👩‍👧", Value: "100% & more", Campaign: `A"B`, Language: "ar"}}
}

// parseAll parses, and takes words that it does not know as empty ones, so
// that inspect finds them all.
func parseAll(source string) (*template.Template, error) {
	known := funcs(Values{})
	for {
		t, err := template.New("t").Option("missingkey=error").Funcs(known).Parse(source)
		if err == nil {
			return t, nil
		}
		m := unknownFunc.FindStringSubmatch(err.Error())
		if m == nil || known[m[1]] != nil {
			return nil, err
		}
		if r, _ := utf8.DecodeRuneInString(m[1]); !unicode.IsLetter(r) && r != '_' { // ８９９: no name of a function, and Funcs would panic
			return nil, errors.New(strings.Replace(err.Error(), fmt.Sprintf("function %q not defined", m[1]),
				"“"+m[1]+"” can't be read: put it in quotes, with the digits 0 to 9", 1))
		}
		known[m[1]] = func(...any) string { return "" }
	}
}

// Uses tells whether the template has that word anywhere.
func (t *Template) Uses(word string) bool { return t.uses[word] }

// Render fills in the values.
func (t *Template) Render(v Values) (string, error) {
	c, err := t.t.Clone()
	if err != nil {
		return "", mistake(t.Source, err)
	}
	var b limited
	if err := c.Funcs(funcs(v)).Execute(&b, nil); err != nil {
		return "", mistake(t.Source, err)
	}
	return strings.TrimSpace(b.String()), nil
}

// limited is a builder that refuses a template that writes without end.
type limited struct{ strings.Builder }

var errEndless = errors.New("the template writes more than 64 KB")

func (b *limited) Write(p []byte) (int, error) {
	if b.Len()+len(p) > 64<<10 {
		return 0, errEndless
	}
	return b.Builder.Write(p)
}

// Fit addresses a text as the network needs it and measures the result.
func Fit(k network.Kind, l network.Limits, text, handle string, direct bool) (string, network.Size) {
	text = k.Address(text, handle)
	return text, k.Measure(text, direct, l)
}
