package main

import (
	"database/sql"

	"github.com/urfave/cli/v2"

	"magpie/internal/bot"
)

// knownNames refuses --account and --campaign with names that are in no file; with
// past, also none that posts were ever planned for. An empty list would hide the slip.
func knownNames(c *cli.Context, b *bot.Bot, past bool) error {
	for _, column := range []string{"account", "campaign"} {
		name := c.String(column)
		if name == "" {
			continue
		}
		all := map[string]bool{}
		for n := range b.Set().Accounts {
			all[n] = column == "account"
		}
		for n := range b.Set().Campaigns {
			all[n] = all[n] || column == "campaign"
		}
		if past {
			if err := pastNames(c, b.DB.Read, column, all); err != nil {
				return err
			}
		}
		if !all[name] {
			for n, right := range all {
				if !right {
					delete(all, n)
				}
			}
			return unknownName(column, name, all)
		}
	}
	return nil
}

// pastNames adds the names that posts have.
func pastNames(c *cli.Context, db *sql.DB, column string, all map[string]bool) error {
	rows, err := db.QueryContext(c.Context, `SELECT DISTINCT account, campaign FROM posts`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var account, campaign string
		if err := rows.Scan(&account, &campaign); err != nil {
			return err
		}
		all[map[string]string{"account": account, "campaign": campaign}[column]] = true
	}
	return rows.Err()
}
