package shopapi

import (
	"net/http"
	"time"

	"magpie/internal/report"
)

func getCampaign(c *call) answer {
	name := c.req.PathValue("name")
	var since time.Time
	if s := c.req.URL.Query().Get("since"); s != "" {
		var err error
		if since, err = time.Parse(time.DateOnly, s); err != nil {
			return bad("since: %q is no day such as 2027-11-26", short(s))
		}
	}
	if c.Acts.Set().Campaigns[name] == nil {
		return problem(http.StatusNotFound, "not_found", "there is no such campaign")
	}
	all, err := report.Campaigns(c.ctx, c.Acts.DB, report.Span{Since: since})
	if err != nil {
		return broken(err)
	}
	lines := []report.Line{}
	for _, l := range all {
		if l.Campaign == name {
			lines = append(lines, l)
		}
	}
	return ok(map[string]any{"campaign": name, "lines": lines})
}
