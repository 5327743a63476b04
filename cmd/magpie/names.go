package main

import (
	"github.com/urfave/cli/v2"

	"magpie/internal/bot"
)

// knownNames refuses --account and --campaign with names that are in no file; with
// past, only if no post was ever planned for them. An empty list would hide the slip.
func knownNames(c *cli.Context, b *bot.Bot, past bool) error {
	if err := knownName(c, b, past, "account", b.Set().Accounts); err != nil {
		return err
	}
	return knownName(c, b, past, "campaign", b.Set().Campaigns)
}

// knownName is knownNames for one flag, which is also the name of a column of the posts.
func knownName[T any](c *cli.Context, b *bot.Bot, past bool, flag string, all map[string]T) error {
	name := c.String(flag)
	if _, ok := all[name]; ok || name == "" || past && flag == "campaign" && name == bot.PushCampaign {
		return nil
	}
	if past {
		posts, err := b.Posts(c.Context, flag+" = $1 LIMIT 1", name)
		if err != nil || len(posts) > 0 {
			return err
		}
	}
	return unknownName(flag, name, all)
}
