package customers

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/bot"
	"magpie/internal/people"
)

// known finds who has a handle, or another sign.
func known(c *cli.Context, b *bot.Bot, sign string) (*people.Person, error) {
	net, handle, isOf := strings.Cut(sign, ":")
	if !isOf {
		net, handle = "", sign
	}
	id, err := b.Book.Find(c.Context, net, people.FoldOn(net, handle))
	var several *people.Ambiguous
	switch {
	case errors.As(err, &several):
		return nil, console.Refused(fmt.Errorf("%w, as %s:%s", err, several.Networks[0], handle))
	case err == nil && id == 0:
		return nil, console.Refused(console.NotHere(b, fmt.Errorf("no person with the handle %s is known", sign)))
	case err != nil:
		return nil, err
	}
	return b.Book.Get(c.Context, id)
}

func mergePeople(c *cli.Context) error {
	first, err := console.Arg(c, 0, "the first handle")
	if err != nil {
		return err
	}
	second, err := console.Arg(c, 1, "the second handle")
	if err != nil {
		return err
	}
	if err := console.NoMore(c, 2); err != nil {
		return err
	}
	why := strings.TrimSpace(c.String("why"))
	if why == "" {
		return console.Usage("--why is required: %s", console.Call(c))
	}
	b, err := console.Open(c)
	if err != nil {
		return err
	}
	defer b.Close()
	into, err1 := known(c, b, first)
	from, err2 := known(c, b, second)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if into.ID == from.ID {
		return console.Refused(fmt.Errorf("%s and %s are one person already", first, second))
	}
	if err := console.Confirm(c, fmt.Sprintf("Make one person of %s (%s) and %s (%s)?", first, console.OrDash(into.Name), second,
		console.OrDash(from.Name))); err != nil {
		return err
	}
	if err := b.Acts.Merge(c.Context, into.ID, from.ID, people.Because{Who: console.Who(c), Why: why}); err != nil {
		return err
	}
	merges, err := b.Book.Merges(c.Context, into.ID, 1)
	if err != nil || len(merges) == 0 {
		return err
	}
	fmt.Fprintf(c.App.Writer, "They are one person now. To part them again: magpie people unmerge %d\n", merges[0].ID)
	return nil
}

// mergeLine says who is whose since when, and why.
func mergeLine(m people.Merged, zone *time.Location) string {
	var who []string
	for _, h := range m.Handles {
		who = append(who, h.Network+":"+h.Handle)
	}
	text := fmt.Sprintf("%s  with %s, by %s: %s (%d)", console.Moment(m.At, zone), console.OrDash(strings.Join(who, ", ")), m.Who, m.Why,
		m.ID)
	if !m.Undone.IsZero() {
		text += ", parted on " + console.Moment(m.Undone, zone)
	}
	return text
}

func listMerges(c *cli.Context) error {
	if err := console.NoMore(c, 0); err != nil {
		return err
	}
	b, err := console.OpenToLook(c)
	if err != nil {
		return err
	}
	defer b.Close()
	all, err := b.Book.Merges(c.Context, 0, max(c.Int("limit"), 1))
	if err != nil {
		return err
	}
	type row struct {
		ID     string     `json:"id"`
		Person string     `json:"person"`
		With   []string   `json:"with"`
		Who    string     `json:"who"`
		Why    string     `json:"why"`
		At     time.Time  `json:"at"`
		Undone *time.Time `json:"undone,omitempty"`
	}
	rows, cells, zone := []row{}, [][]string{}, b.Checkup.Zone()
	for _, m := range all {
		r := row{strconv.FormatInt(m.ID, 10), strconv.FormatInt(m.Into, 10), []string{}, m.Who, m.Why, m.At, moment(m.Undone)}
		for _, h := range m.Handles {
			r.With = append(r.With, h.Network+":"+h.Handle)
		}
		rows = append(rows, r)
		name := r.Person
		if p, err := b.Book.Get(c.Context, m.Into); err == nil && p != nil && len(p.Handles) > 0 {
			name = p.Handles[0].Network + ":" + p.Handles[0].Handle
		}
		undone := "–"
		if r.Undone != nil {
			undone = console.Moment(m.Undone, zone)
		}
		cells = append(cells, []string{r.ID, name, strings.Join(r.With, ", "), console.Moment(m.At, zone), m.Why, undone})
	}
	if c.Bool("json") {
		return console.PrintJSON(c.App.Writer, rows)
	}
	if len(rows) == 0 {
		fmt.Fprintln(c.App.Writer, "Nobody turned out to be somebody else.")
		return nil
	}
	console.Table(console.ScreenOf(c), []string{"MERGE", "PERSON", "WITH", "SINCE (" + zone.String() + ")", "WHY", "PARTED"}, cells,
		"PARTED", "SINCE")
	return nil
}

func unmergePeople(c *cli.Context) error {
	text, err := console.Arg(c, 0, "the merge's number")
	if err != nil {
		return err
	}
	if err := console.NoMore(c, 1); err != nil {
		return err
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return console.Usage("%s: write a number that magpie people merges lists", text)
	}
	b, err := console.Open(c)
	if err != nil {
		return err
	}
	defer b.Close()
	if _, err = b.Acts.Unmerge(c.Context, id, console.Who(c)); err != nil {
		if errors.Is(err, people.ErrNoMerge) || errors.Is(err, people.ErrLater) {
			err = console.Refused(err)
		}
		return err
	}
	fmt.Fprintln(c.App.Writer,
		"They are two again, each with what was theirs. Consents that ended meanwhile do not come back by themselves.")
	return nil
}
