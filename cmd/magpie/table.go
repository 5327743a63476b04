package main

import (
	"encoding/json"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/mattn/go-runewidth"
	"github.com/urfave/cli/v2"
)

// jsonFlag is that of every list.
func jsonFlag() cli.Flag {
	return &cli.BoolFlag{Name: "json", Usage: "print JSON instead of a table"}
}

func printJSON(w io.Writer, v any) error {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(raw(w), escaped(b.String()))
	return err
}

// shown is a text without what would steer a terminal: strangers wrote it.
func shown(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069) {
			return -1
		}
		return r
	}, s)
}

// short is a text on one line, at most so wide.
func short(s string, width int) string {
	return runewidth.Truncate(strings.Join(strings.Fields(shown(s)), " "), width, "…")
}

// indent puts a margin before each line, wrapped at width.
func indent(s, margin string, width int) string {
	var out []string
	for _, line := range strings.Split(shown(s), "\n") {
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

// when prints an instant in a zone.
func when(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(zone).Format("Mon 2006-01-02 15:04 -07:00")
}

// moment prints an instant in the zone that the column's head names.
func moment(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(zone).Format("2006-01-02 15:04")
}

// paint colours a word on a terminal.
type paint bool

func (p paint) in(code, s string) string {
	if !p {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p paint) good(s string) string  { return p.in("32", s) }
func (p paint) bad(s string) string   { return p.in("31", s) }
func (p paint) warn(s string) string  { return p.in("33", s) }
func (p paint) faint(s string) string { return p.in("2", s) }
func (p paint) bold(s string) string  { return p.in("1", s) }
func (p paint) blue(s string) string  { return p.in("36", s) }
