package console

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"
	"github.com/urfave/cli/v2"
)

func init() {
	cli.HelpPrinter = func(w io.Writer, template string, data any) {
		var all bytes.Buffer
		cli.HelpPrinterCustom(&all, template, data, nil)
		for _, line := range strings.Split(strings.TrimRight(all.String(), "\n"), "\n") {
			fmt.Fprintln(w, Hang(line, Columns(w)))
		}
	}
}

// Hang wraps a line of the help at width. What follows stands below the text of the line's last column.
func Hang(line string, width int) string {
	if runewidth.StringWidth(line) <= width {
		return line
	}
	text := strings.TrimLeft(line, " ")
	head := line[:len(line)-len(text)]
	if name, rest, two := strings.Cut(text, "  "); two && len(head)+len(name) < width/2 {
		text = strings.TrimLeft(rest, " ")
		head = line[:len(line)-len(text)]
	}
	margin := strings.Repeat(" ", min(runewidth.StringWidth(head), width/2))
	return head + strings.ReplaceAll(wrap(text, width-len(margin)), "\n", "\n"+margin)
}
