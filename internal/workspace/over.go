package workspace

import "time"

// Day is the date of an instant in a zone, as the dates of the files are: midnight in UTC.
func Day(t time.Time, zone *time.Location) time.Time {
	l := t.In(zone)
	return time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, time.UTC)
}

// Runs tells whether a day is one of the campaign's. The day is that of the account (Day).
func (c *Campaign) Runs(day time.Time) bool {
	return !(c.From.Known() && day.Before(c.From.Time) || c.Until.Known() && day.After(c.Until.Time))
}

// Over says why an offer is not promoted on a day of the account (Day); it is empty where it is, and for no offer.
func (o *Offer) Over(day time.Time) string {
	switch {
	case o == nil:
		return ""
	case o.SoldOut:
		return "the offer " + o.Name + " is sold out"
	case o.Until.Known() && day.After(o.Until.Time):
		return "the offer " + o.Name + " has ended"
	}
	return ""
}
