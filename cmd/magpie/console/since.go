package console

import (
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"magpie/internal/scalar"
)

// SinceFlag is --since.
func SinceFlag() cli.Flag {
	return &cli.StringFlag{Name: "since", Aliases: []string{"from"},
		Usage: "from this `DAY` on, for example 2027-11-01, or since a while: 7d, 24h, today, yesterday"}
}

// Since reads --since, in days of a zone; zero where it is not given.
func Since(c *cli.Context, zone *time.Location) (time.Time, error) {
	s := c.String("since")
	if s == "" {
		return time.Time{}, nil
	}
	now := time.Now()
	today := time.Date(now.In(zone).Year(), now.In(zone).Month(), now.In(zone).Day(), 0, 0, 0, 0, zone)
	switch strings.ToLower(s) {
	case "today":
		return today, nil
	case "yesterday":
		return today.AddDate(0, 0, -1), nil
	}
	if span, err := scalar.ParseDuration(s); err == nil {
		return now.Add(-span), nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, zone)
	if err != nil {
		return t, Usage("--since %s: write a day as 2027-11-01, a span such as 7d, or yesterday", s)
	}
	return t, nil
}
