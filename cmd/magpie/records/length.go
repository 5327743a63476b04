package records

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/bot"
	"magpie/internal/network"
	"magpie/internal/suggest"
)

// Length is “magpie length”.
func Length() *cli.Command {
	return &cli.Command{Name: "length", Usage: "how long a text is by a network's own rule, and how much is left", ArgsUsage: "TEXT…",
		Description: "The network's own rule counts. With --jsonl, lines such as {\"text\": \"…\"} are read from standard " +
			"input, and lines such as " +
			"{\"length\": 12, \"limit\": 280} are printed.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "network", Usage: Kinds()},
			&cli.StringFlag{Name: "account", Usage: "use the limits of this `ACCOUNT` of the workspace and its server"},
			&cli.BoolFlag{Name: "direct", Usage: "count it as a direct message"},
			&cli.BoolFlag{Name: "jsonl", Usage: "read many texts, one line of JSON each"}, console.JSONFlag(),
		}, Action: length}
}

// FindKind is the network of that name; nil if there is none.
func FindKind(name string) *network.Kind { return network.Find(bot.Kinds(), name) }

// UnknownNetwork is the error for a network that there is not.
func UnknownNetwork(name string) error {
	return console.Usage("no network %q (%s)", name, suggest.Hint(name, kindNames()))
}

func kindNames() (names []string) {
	for _, k := range bot.Kinds() {
		names = append(names, k.Name)
	}
	return names
}

// Kinds are the networks in words: a, b or c.
func Kinds() string {
	names := kindNames()
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// measured is a text's length, for programs.
type measured struct {
	Length int    `json:"length"`
	Limit  int    `json:"limit"`
	Unit   string `json:"unit,omitempty"`
	Left   *int   `json:"left,omitempty"`
}

func length(c *cli.Context) error {
	k, limits, err := counted(c)
	if err != nil {
		return err
	}
	count := func(text string) network.Size { return k.Measure(text, c.Bool("direct"), limits) }
	if c.Bool("jsonl") {
		if err := console.NoMore(c, 0); err != nil {
			return err
		}
		return lengths(c.App.Reader, c.App.Writer, count)
	}
	if c.NArg() == 0 {
		return console.Usage("the text is missing: magpie length --network %s \"Hello\"", k.Name)
	}
	s := count(strings.Join(c.Args().Slice(), " "))
	if left := s.Limit - s.Count; c.Bool("json") {
		if err := console.PrintJSON(c.App.Writer, measured{s.Count, s.Limit, s.Unit, &left}); err != nil || s.Fits() {
			return err
		}
	}
	p := console.Paint(console.Terminal(c.App.Writer))
	if !s.Fits() {
		return console.Failed("%d of %d %s, %d too many for %s", s.Count, s.Limit, s.Unit, s.Count-s.Limit, k.Name)
	}
	fmt.Fprintf(c.App.Writer, "%s  %d of %d %s, %d left\n", p.Good("✓"), s.Count, s.Limit, s.Unit, s.Limit-s.Count)
	return nil
}

// counted is whose rule counts: a network's, or that of an account's server.
func counted(c *cli.Context) (*network.Kind, network.Limits, error) {
	if name := c.String("account"); name != "" {
		b, err := console.OpenHere(c)
		if err != nil {
			return nil, network.Limits{}, err
		}
		defer b.Close()
		a := b.Set().Accounts[name]
		if a == nil {
			return nil, network.Limits{}, console.UnknownName("account", name, b.Set().Accounts)
		}
		return &a.Kind, b.Accounts.Limits(c.Context, a), nil
	}
	if c.String("network") == "" {
		return nil, network.Limits{}, console.Usage("choose a network (--network %s) or an account (--account NAME)", Kinds())
	}
	k := FindKind(c.String("network"))
	if k == nil {
		return nil, network.Limits{}, UnknownNetwork(c.String("network"))
	}
	return k, k.Limits, nil
}

// lengths counts one text a line.
func lengths(in io.Reader, out io.Writer, count func(string) network.Size) error {
	w := bufio.NewWriter(out)
	defer w.Flush()
	r := bufio.NewReader(in)
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if len(strings.TrimSpace(string(line))) > 0 {
			var x struct {
				Text *string `json:"text"`
			}
			if json.Unmarshal(line, &x) != nil || x.Text == nil {
				_ = w.Flush() // the lines before are good
				return console.Usage("line %d is not of the form {\"text\": \"…\"}", n)
			}
			s := count(*x.Text)
			text, _ := json.Marshal(measured{Length: s.Count, Limit: s.Limit}) // numbers can't fail
			fmt.Fprintf(w, "%s\n", text)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the texts could not be read: %w", err)
		}
	}
}
