package console

import (
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"magpie/internal/bot"
	"magpie/internal/compose"
	"magpie/internal/outbox"
	"magpie/internal/suggest"
)

// KnownNames refuses --account and --campaign with names that are in no file; with
// past, only if no post was ever planned for them. An empty list would hide the slip.
func KnownNames(c *cli.Context, b *bot.Bot, past bool) error {
	if err := knownName(c, b, past, "account", b.Set().Accounts); err != nil {
		return err
	}
	return knownName(c, b, past, "campaign", b.Set().Campaigns)
}

// knownName is knownNames for one flag.
func knownName[T any](c *cli.Context, b *bot.Bot, past bool, flag string, all map[string]T) error {
	name := c.String(flag)
	if _, ok := all[name]; ok || name == "" || past && flag == "campaign" && name == compose.PushCampaign {
		return nil
	}
	if past {
		of := map[string]string{flag: name}
		known, err := outbox.Any(c.Context, b.DB.Read, of["account"], of["campaign"])
		if err != nil || known {
			return err
		}
	}
	return UnknownName(flag, name, all)
}

// UnknownName is the error for a name that is not in the files.
func UnknownName[T any](noun, name string, all map[string]T) error {
	names := make([]string, 0, len(all))
	for n := range all {
		names = append(names, n)
	}
	return Usage("no %s %q (%s)", noun, name, suggest.Hint(name, names))
}

// SortedKeys are the keys of a map in order.
func SortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// PostName is what a post is called in lists.
func PostName(p *outbox.Post) string {
	return strings.Trim(p.Campaign+"/"+p.Step, "/")
}

// PeopleWord is 1 person, 2 people.
func PeopleWord(n int) string {
	if n == 1 {
		return "1 person"
	}
	return Thousands(n) + " people"
}
