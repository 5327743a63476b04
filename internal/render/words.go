package render

import (
	"text/template"
	"time"
)

// Values are what a template's words stand for.
type Values struct {
	Name     string // the person's display name, as they wrote it
	Handle   string // the person's handle
	City     string
	Code     string
	Link     string
	Value    string    // the offer's value, for example 30%
	Until    time.Time // until when the coupon is good, in the account's zone
	Campaign string    // the campaign's title
	Language string
}

// Words are what may stand between {{ and }}, with what each means.
var Words = map[string]string{
	"name":     "the person's name, or the first part of the handle",
	"city":     "the person's city; empty where we don't know it",
	"code":     "the coupon's code",
	"link":     "the offer's link, with the code in it",
	"value":    "what the offer is worth, as its file says",
	"until":    "until when the coupon is valid",
	"campaign": "the campaign's title",
	"date":     `a day in the reader's language: {{date "2027-11-26"}}`,
	"money":    `an amount in the reader's language: {{money "899.00" "USD"}}`,
	"or":       `the first that is not empty: {{or city "your town"}}`,
}

// funcs are the words bound to v.
func funcs(v Values) template.FuncMap {
	text := func(s string) func() string { return func() string { return s } }
	return template.FuncMap{
		"name": func() string { return SafeName(v.Name, v.Handle) },
		"city": func() string { return safe(v.City) }, "code": text(v.Code), "link": text(v.Link),
		"value": text(v.Value), "campaign": text(v.Campaign),
		"until": func() Moment { return Moment{v.Until, v.Language} },
		"date":  func(day string) (string, error) { return date(day, v.Language) },
		"money": func(amount, unit string) (string, error) { return money(amount, unit, v.Language) },
	}
}
