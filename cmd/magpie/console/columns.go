package console

import (
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
	"github.com/urfave/cli/v2"
	"golang.org/x/term"
)

// WideFlag is that of every table.
func WideFlag() cli.Flag {
	return &cli.BoolFlag{Name: "wide", Usage: "show all columns in full, however wide the terminal is"}
}

// Screen is where tables go.
type Screen struct {
	io.Writer
	wide bool // --wide
}

// ScreenOf is where the tables of a command go.
func ScreenOf(c *cli.Context) Screen { return Screen{c.App.Writer, c.Bool("wide")} }

// Text is how much of a text is shown in a table: where it has to fit, a line.
func (s Screen) Text() int {
	if s.wide || Columns(s.Writer) == math.MaxInt {
		return 300
	}
	return 60
}

// narrow tells whether there is little room.
func (s Screen) narrow() bool { return !s.wide && Columns(s.Writer) < prose }

// Name is how much of a handle is shown.
func (s Screen) Name() int {
	if s.narrow() {
		return 22
	}
	return 200
}

// Moment is an instant; where there is little room without a year that is this year's.
func (s Screen) Moment(t time.Time, zone *time.Location) string {
	if text := Moment(t, zone); !s.narrow() || t.IsZero() || t.In(zone).Year() != time.Now().In(zone).Year() {
		return text
	}
	return t.In(zone).Format("01-02 15:04")
}

// prose is how wide texts are at most: longer lines are hard to read.
const prose = 100

// Columns is how wide the terminal is; where none is, nothing has to fit.
func Columns(w io.Writer) int {
	f, ok := Raw(w).(*os.File)
	if !ok || !Terminal(w) {
		return math.MaxInt
	}
	if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 20 {
		return n
	}
	return 80
}

// Width is how wide texts are.
func Width(w io.Writer) int { return min(prose, Columns(w)) }

// leastText is how narrow the last column, which holds texts, may become.
const leastText = 24

// Table prints rows under a header, columns as wide as they need to be on a screen,
// Chinese included. On a terminal that is too narrow the last column is cut, then the
// columns that drop names are left out, in that order.
func Table(s Screen, header []string, rows [][]string, drop ...string) {
	all := [][]string{header}
	for _, row := range rows {
		line := make([]string, len(row))
		for i, cell := range row {
			line[i] = strings.ReplaceAll(Shown(cell), "\n", " ")
		}
		all = append(all, line)
	}
	room := Columns(s.Writer)
	if s.wide {
		room = math.MaxInt
	}
	var gone []string
	for ; !fits(all, room) && len(drop) > 0; drop = drop[1:] {
		if i := slices.Index(all[0], drop[0]); i >= 0 {
			name, zone, _ := strings.Cut(drop[0], " (") // a zone keeps its capitals
			gone = append(gone, strings.TrimSuffix(strings.ToLower(name)+" ("+zone, " ("))
			for n := range all {
				all[n] = slices.Delete(slices.Clone(all[n]), i, i+1)
			}
		}
	}
	widths := widthsOf(all)
	last := len(widths) - 1
	if total := sum(widths) + 2*last; total > room {
		widths[last] = max(8, widths[last]-(total-room))
	}
	printTable(s, all, widths)
	if len(gone) > 0 {
		fmt.Fprintf(s, "\n%s\n", Indent("Left out: "+strings.Join(gone, ", ")+" (--wide shows all).", "", Width(s.Writer)))
	}
}

// fits tells whether a table has room when its last column is cut.
func fits(all [][]string, room int) bool {
	widths := widthsOf(all)
	last := len(widths) - 1
	widths[last] = min(widths[last], leastText)
	return sum(widths)+2*last <= room
}

func widthsOf(all [][]string) []int {
	out := make([]int, len(all[0]))
	for _, row := range all {
		for i, cell := range row {
			out[i] = max(out[i], runewidth.StringWidth(cell))
		}
	}
	return out
}

func sum(all []int) (n int) {
	for _, x := range all {
		n += x
	}
	return n
}

func printTable(w io.Writer, all [][]string, widths []int) {
	line := func(cells []string) {
		var b strings.Builder
		for i, cell := range cells {
			cell = runewidth.Truncate(cell, widths[i], "…")
			b.WriteString(cell)
			if i < len(cells)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-runewidth.StringWidth(cell)+2))
			}
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
	line(all[0])
	rule := make([]string, len(widths))
	for i := range widths {
		rule[i] = strings.Repeat("─", widths[i])
	}
	line(rule)
	for _, row := range all[1:] {
		line(row)
	}
}

// MoreThan says that a list may go on where it has as many rows as --limit lets it have.
func MoreThan(c *cli.Context, rows int) {
	if limit := c.Int("limit"); rows == limit {
		fmt.Fprintf(c.App.Writer, "\nThese are the first %d; there may be more: --limit %d\n", limit, 10*limit)
	}
}
