package console

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/sirupsen/logrus"

	"magpie/internal/network"
)

// Plain is an output that strangers' words can't steer: of all that a terminal
// obeys it lets through nothing but the colours of our own.
type Plain struct{ io.Writer }

// Raw is the output itself, for a bar of ours that moves.
func Raw(w io.Writer) io.Writer {
	if p, ok := w.(Plain); ok {
		return p.Writer
	}
	return w
}

// colour is what paint writes.
var colour = regexp.MustCompile(`\x1b\[(?:0|1|2|3[1-6])m`)

// Write writes p without what steers a terminal.
func (w Plain) Write(p []byte) (int, error) {
	s, done := string(p), 0
	var b strings.Builder
	for _, at := range w.colours(s) {
		b.WriteString(network.Plain(s[done:at[0]]) + s[at[0]:at[1]])
		done = at[1]
	}
	b.WriteString(network.Plain(s[done:]))
	if _, err := io.WriteString(w.Writer, b.String()); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (w Plain) colours(s string) [][]int {
	if !Terminal(w.Writer) {
		return nil
	}
	return colour.FindAllStringIndex(s, -1)
}

// escaped writes what steers a terminal as JSON does for the rest: \u001b.
func escaped(s string) string {
	var b strings.Builder
	for _, r := range s {
		if network.Steers(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// PlainLog hands a log entry on in plain: what others wrote stands in it.
type PlainLog struct{ logrus.Formatter }

// Format formats an entry without what steers a terminal.
func (f PlainLog) Format(e *logrus.Entry) ([]byte, error) {
	e.Message = network.Plain(e.Message)
	for k, v := range e.Data {
		switch v := v.(type) {
		case string:
			e.Data[k] = network.Plain(v)
		case error:
			e.Data[k] = network.Plain(v.Error())
		}
	}
	return f.Formatter.Format(e)
}
