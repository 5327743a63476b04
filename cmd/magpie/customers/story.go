package customers

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/acts"
	"magpie/internal/bot"
	"magpie/internal/money"
	"magpie/internal/orders"
	"magpie/internal/people"
)

// How many of each kind are shown of a person, and exported.
const shownMost, exportedMost = 5, 100_000

// printStory tells all that is known of a person on one screen.
func printStory(c *cli.Context, b *bot.Bot, s acts.Story) {
	w, p, zone := c.App.Writer, s.Person, b.Checkup.Zone()
	fmt.Fprintln(w, console.Shown(console.OrDash(p.Name, "(no name)")))
	printSigns(w, p)
	for _, x := range [][2]string{{"language", p.Language}, {"city", p.City}, {"country", p.Country}, {"time zone", p.Zone},
		{"tags", strings.Join(p.Tags, ", ")}} {
		if x[1] != "" {
			fmt.Fprintf(w, "  %s: %s\n", x[0], console.Shown(x[1]))
		}
	}
	if p.OptedOut {
		fmt.Fprintln(w, "  has opted out: gets no automatic messages")
	}
	for _, x := range s.Consents {
		state := "since " + x.Given.Format(time.DateOnly)
		if !x.Withdrawn.IsZero() {
			state = "withdrawn on " + x.Withdrawn.Format(time.DateOnly)
		}
		fmt.Fprintf(w, "  %s may write to them: %s (by %s)\n", x.Account, state, console.Shown(x.Source))
	}
	printBought(w, b, s)
	lines(w, "Codes", len(s.Codes), func(i int) string {
		k := s.Codes[i]
		until := ""
		if !k.Until.IsZero() {
			until = ", until " + console.Moment(k.Until, zone)
		}
		return fmt.Sprintf("%s  %s  %s%s", k.Code, k.Offer, k.State, until)
	})
	lines(w, "They wrote", len(s.Mentions), func(i int) string {
		m := s.Mentions[i]
		return fmt.Sprintf("%s  to %s, %s: %s", console.Moment(m.Received, zone), m.Account, m.State, console.Short(m.Text, 60))
	})
	lines(w, "We wrote", len(s.Posts), func(i int) string {
		x := s.Posts[i]
		return fmt.Sprintf("%s  from %s, %s: %s", console.Moment(x.SlotAt, zone), x.Account, x.State,
			console.Short(console.OrDash(x.SealedText, x.Text), 60))
	})
	lines(w, "One person since", len(s.Merges), func(i int) string { return mergeLine(s.Merges[i], zone) })
}

// lines prints some under a title, and says that there may be more.
func lines(w io.Writer, title string, n int, line func(int) string) {
	if n == 0 {
		return
	}
	fmt.Fprintf(w, "  %s:\n", title)
	for i := range n {
		fmt.Fprintf(w, "    %s\n", console.Shown(line(i)))
	}
	if n == shownMost {
		fmt.Fprintln(w, "    … (magpie people export has all)")
	}
}

// printSigns says by what somebody is known.
func printSigns(w io.Writer, p *people.Person) {
	for _, h := range p.Handles {
		switch h.Network {
		case people.ByCustomer:
			fmt.Fprintf(w, "  the shop's customer %s\n", h.Handle)
		case people.ByEmail, people.ByPhone:
			fmt.Fprintf(w, "  %s: %s\n", h.Network, h.Handle)
		default:
			fmt.Fprintf(w, "  @%s on %s\n", h.Handle, h.Network)
		}
	}
}

func printBought(w io.Writer, b *bot.Bot, s acts.Story) {
	if p := s.Person; p.Orders > 0 {
		last := ""
		if !p.LastOrder.IsZero() {
			last = ", the last on " + p.LastOrder.Format(time.DateOnly)
		}
		fmt.Fprintf(w, "  %s, %s%s\n", console.Plural(p.Orders, "order"), spentIn(b, p.Spent)+" spent", last)
	}
	for _, o := range s.Orders {
		state := ""
		if o.State != orders.Placed {
			state = ", " + string(o.State)
		}
		if o.State == orders.Partly {
			state += " (" + money.String(o.Refunded, o.Currency) + ")"
		}
		fmt.Fprintf(w, "    %s  %s  %s%s\n", o.At.Format(time.DateOnly), o.ID, money.String(o.Amount, o.Currency), state)
	}
}

// spentIn is what somebody has spent, with the shop's currency where that is known.
func spentIn(b *bot.Bot, parts int64) string {
	return strings.TrimSpace(b.Orders.Spent(parts) + " " + string(b.Set().Settings.Currency))
}

type handleJSON struct {
	Network string `json:"network"`
	Handle  string `json:"handle"`
}

type consentJSON struct {
	Account   string     `json:"account"`
	Source    string     `json:"source"`
	Given     time.Time  `json:"given"`
	Withdrawn *time.Time `json:"withdrawn,omitempty"`
}

type codeJSON struct {
	Code  string     `json:"code"`
	Offer string     `json:"offer"`
	State string     `json:"state"`
	Given time.Time  `json:"given"`
	Until *time.Time `json:"until,omitempty"`
}

type messageJSON struct {
	At      time.Time `json:"at"`
	Account string    `json:"account"`
	State   string    `json:"state"`
	Text    string    `json:"text"`
	Item    string    `json:"item,omitempty"`
}

// moment is an instant that there may not be.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// storyJSON is all that is known of a person, for programs, and for whoever asks what is known of them.
func storyJSON(b *bot.Bot, s acts.Story) any {
	p := s.Person
	handles, given, bought, codes, wrote, got := []handleJSON{}, []consentJSON{}, []any{}, []codeJSON{}, []messageJSON{}, []messageJSON{}
	for _, h := range p.Handles {
		handles = append(handles, handleJSON{h.Network, h.Handle})
	}
	for _, x := range s.Consents {
		given = append(given, consentJSON{x.Account, x.Source, x.Given, moment(x.Withdrawn)})
	}
	for _, o := range s.Orders {
		bought = append(bought, orderJSON(o))
	}
	for _, k := range s.Codes {
		codes = append(codes, codeJSON{k.Code, k.Offer, k.State, k.Given, moment(k.Until)})
	}
	for _, m := range s.Mentions {
		wrote = append(wrote, messageJSON{m.Received, m.Account, string(m.State), m.Text, m.Item})
	}
	for _, x := range s.Posts {
		got = append(got, messageJSON{x.SlotAt, x.Account, string(x.State), console.OrDash(x.SealedText, x.Text), x.URL})
	}
	out := map[string]any{"id": strconv.FormatInt(p.ID, 10), "name": p.Name, "language": p.Language, "city": p.City, "country": p.Country,
		"zone": p.Zone, "orders": p.Orders, "spent": b.Orders.Spent(p.Spent), "currency": string(b.Set().Settings.Currency),
		"followers": p.Followers,
		"tags":      p.Tags, "opted_out": p.OptedOut, "handles": handles, "consents": given, "order_list": bought, "codes": codes,
		"they_wrote": wrote,
		"we_wrote":   got}
	if !p.LastOrder.IsZero() {
		out["last_order"] = p.LastOrder.Format(time.DateOnly)
	}
	return out
}

func exportPerson(c *cli.Context) error {
	b, p, err := person(c, console.OpenToLook)
	if err != nil {
		return err
	}
	defer b.Close()
	s, err := b.Acts.StoryOf(c.Context, p.ID, exportedMost)
	if err != nil {
		return err
	}
	return console.PrintJSON(c.App.Writer, storyJSON(b, s))
}
