package console

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Progress is a bar on a terminal, and a line now and then elsewhere.
func Progress(w io.Writer, noun string) (step func(n int), done func()) {
	if !Terminal(w) {
		last := time.Now()
		return func(n int) {
			if time.Since(last) > 5*time.Second {
				last = time.Now()
				fmt.Fprintf(w, "%s %s so far\n", Thousands(n), noun)
			}
		}, func() {}
	}
	bar := progressbar.NewOptions(-1, progressbar.OptionSetWriter(Raw(w)), progressbar.OptionSetDescription(noun),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	return func(n int) { _ = bar.Set(n) }, func() { _ = bar.Finish() }
}

// ReadAs says how a list was read, where that is not plain.
func ReadAs(as string) string {
	if as == "" {
		return ""
	}
	return ", read as " + as
}
