package console

import (
	"encoding/json"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/mattn/go-runewidth"
	"github.com/urfave/cli/v2"
)

// JSONFlag is that of every list.
func JSONFlag() cli.Flag {
	return &cli.BoolFlag{Name: "json", Usage: "print JSON instead of a table"}
}

// PrintJSON prints a value as JSON, indented, with nothing in it that steers a terminal.
func PrintJSON(w io.Writer, v any) error {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(Raw(w), escaped(b.String()))
	return err
}

// Shown is a text without what would steer a terminal: strangers wrote it.
func Shown(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069) {
			return -1
		}
		return r
	}, s)
}

// Short is a text on one line, at most so wide.
func Short(s string, width int) string {
	return runewidth.Truncate(strings.Join(strings.Fields(Shown(s)), " "), width, "…")
}

// Indent puts a margin before each line, wrapped at width.
func Indent(s, margin string, width int) string {
	var out []string
	for _, line := range strings.Split(Shown(s), "\n") {
		for _, part := range strings.Split(wrap(line, width-len(margin)), "\n") {
			out = append(out, margin+part)
		}
	}
	return strings.Join(out, "\n")
}

// wrap breaks a line at spaces, or between wide characters.
func wrap(s string, width int) string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		for runewidth.StringWidth(word) > width && !strings.Contains(word, "://") {
			head := runewidth.Truncate(word, width, "")
			lines, word = append(lines, strings.TrimSpace(line+" "+head)), word[len(head):]
			line = ""
		}
		if line != "" && runewidth.StringWidth(line)+1+runewidth.StringWidth(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return strings.Join(append(lines, line), "\n")
}

// When prints an instant in a zone.
func When(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(zone).Format("Mon 2006-01-02 15:04 -07:00")
}

// Moment prints an instant in the zone that the column's head names.
func Moment(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(zone).Format("2006-01-02 15:04")
}

// Paint colours a word on a terminal.
type Paint bool

func (p Paint) in(code, s string) string {
	if !p {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// Good, Bad and Warn are words that judge; Faint, Bold and Blue stand out or back.
func (p Paint) Good(s string) string  { return p.in("32", s) }
func (p Paint) Bad(s string) string   { return p.in("31", s) }
func (p Paint) Warn(s string) string  { return p.in("33", s) }
func (p Paint) Faint(s string) string { return p.in("2", s) }
func (p Paint) Bold(s string) string  { return p.in("1", s) }
func (p Paint) Blue(s string) string  { return p.in("36", s) }
