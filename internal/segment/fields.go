package segment

import (
	"fmt"
	"regexp"
	"slices"
)

// A field is a word that stands for a column of persons p.
type field struct {
	sql  string
	age  bool   // an instant: compared by how long ago it was
	text bool   // compared with a text
	help string // for the documentation
}

var fields = map[string]field{
	"orders":          {sql: "p.orders", help: "how many orders the person has made"},
	"spent":           {sql: "p.spent / 10000.0", help: "what the person has spent in all, in the shop's currency"},
	"last_order":      {sql: "p.last_order", age: true, help: "how long ago the last order was: last_order < 180d"},
	"known":           {sql: "p.created_at", age: true, help: "how long ago Magpie first saw the person: known > 30d"},
	"followers_count": {sql: "p.followers_count", help: "how many people follow the person"},
	"country":         {sql: "p.country", text: true, help: `the person's country by its short form: country == "DE"`},
	"last_mention": {sql: "(SELECT max(m.received_at) FROM mentions m WHERE m.person = p.id)", age: true,
		help: "how long ago the person last wrote to us: last_mention < 30d"},
	"recency": {sql: fifth("recency", "p.last_order"),
		help: "5 for the fifth of all customers who bought last, down to 1; computed daily"},
	"frequency": {sql: fifth("frequency", "p.orders"), help: "5 for the fifth of all customers with the most orders, down to 1"},
	"monetary":  {sql: fifth("monetary", "p.spent"), help: "5 for the fifth of all customers who have spent most, down to 1"},
	"tier": {sql: tier, text: true,
		help: `the customer's value, by the sum of recency, frequency and monetary: "top" (13 to 15), "high" (10 to ` +
			`12), "middle" (7 to 9), "low" (3 to 6)`},
	"city":     {sql: "p.city", text: true, help: `the person's city: city == "Chicago"`},
	"language": {sql: "p.language", text: true, help: `the person's language: language == "zh"`},
}

// fifth is in which fifth of all customers a person is; nobody is in any who has bought nothing, or before the fifths were computed.
func fifth(word, column string) string {
	out := "CASE WHEN NOT EXISTS (SELECT 1 FROM tiers) OR p.orders = 0 OR " + column + " IS NULL THEN NULL"
	over := ">"
	if word == "recency" {
		over = ">="
	}
	for place := 4; place > 0; place-- {
		out += fmt.Sprintf(" WHEN %s "+over+" (SELECT t.bound FROM tiers t WHERE t.word = '%s' AND t.place = %d) THEN %d", column, word, place,
			place+1)
	}
	return "(" + out + " ELSE 1 END)"
}

var tier = "(SELECT CASE WHEN r.sum >= 13 THEN 'top' WHEN r.sum >= 10 THEN 'high' WHEN r.sum >= 7 THEN 'middle' WHEN r.sum >= 3 THEN 'low' " +
	"END FROM (SELECT " + fifth("recency", "p.last_order") + " + " + fifth("frequency", "p.orders") + " + " + fifth("monetary", "p.spent") +
	" AS sum) r)"

// Conditions with words of their own, for the documentation.
var functions = map[string]string{
	"follows": `follows("account", 30d): has followed that account for at least so long (the time may be left out), ` +
		`counted from when Magpie first saw it`,
	"consents": `consents("direct"): has consented to direct messages from the account that posts; ` +
		`consents("direct", "account"): from that account`,
	"holds":    `holds("offer"): has a coupon of that offer`,
	"redeemed": `redeemed("offer"): has used a coupon of that offer`,
	"on":       `on("bluesky"): has a handle on that network; on("customer"), on("email"), on("phone"): the shop knows them by that`,
	"segment":  `segment("regulars"): is in that segment, too`,
}

// Words returns every word a segment may use, with what it means.
func Words() map[string]string {
	out := map[string]string{"tags": `"press" in tags: carries that tag`}
	for name, f := range fields {
		out[name] = f.help
	}
	for name, help := range functions {
		out[name] = help
	}
	return out
}

var shortCountry = regexp.MustCompile(`^[A-Z]{2}$`)

// known refuses a text that a word never is.
func known(word, text string) error {
	switch {
	case word == "tier" && !slices.Contains([]string{"top", "high", "middle", "low"}, text):
		return fmt.Errorf(`no tier is %q: there are "top", "high", "middle" and "low"`, text)
	case word == "country" && !shortCountry.MatchString(text):
		return fmt.Errorf(`%q is no country's short form: write two capitals, as in country == "DE"`, text)
	}
	return nil
}
