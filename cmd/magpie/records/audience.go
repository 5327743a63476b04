package records

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/bot"
	"magpie/internal/outbox"
)

// showAudience says what became of a mailing's people.
func showAudience(w io.Writer, c *cli.Context, b *bot.Bot, p *outbox.Post) error {
	posts, leftOut, err := outbox.Audience(c.Context, b.DB.Read, p)
	if err != nil || len(posts)+len(leftOut) == 0 {
		return err
	}
	all, each := 0, []string{}
	for _, state := range states {
		if n := posts[outbox.State(state)]; n > 0 {
			all, each = all+n, append(each, console.Thousands(n)+" "+state)
		}
	}
	line := "  to " + console.PeopleWord(all)
	if all > 0 {
		line += ": " + strings.Join(each, ", ")
	}
	fmt.Fprintln(w, line+LeftOut(leftOut))
	return nil
}

// LeftOut says for how many people a mailing is not, and why; nothing if there are none.
func LeftOut(people map[string]int) string {
	text := ""
	for _, why := range slices.Sorted(maps.Keys(people)) {
		says := why
		if people[why] != 1 {
			says = strings.Replace(why, "has ", "have ", 1)
		}
		text += "; left out: " + console.PeopleWord(people[why]) + ", " + says
	}
	return text
}
