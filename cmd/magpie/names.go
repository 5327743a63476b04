package main

import (
	"github.com/urfave/cli/v2"

	"magpie/internal/bot"
	"magpie/internal/compose"
	"magpie/internal/outbox"
)

// knownNames refuses --account and --campaign with names that are in no file; with
// past, only if no post was ever planned for them. An empty list would hide the slip.
func knownNames(c *cli.Context, b *bot.Bot, past bool) error {
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
	return unknownName(flag, name, all)
}
