package segment

// A field is a word that stands for a column of persons p.
type field struct {
	sql  string
	age  bool   // an instant: compared by how long ago it was
	text bool   // compared with a text
	help string // for the documentation
}

var fields = map[string]field{
	"orders":          {sql: "p.orders", help: "how many orders the person has made"},
	"spent":           {sql: "p.spent / 100.0", help: "what the person has spent in all, in the shop's currency"},
	"last_order":      {sql: "p.last_order", age: true, help: "how long ago the last order was: last_order < 180d"},
	"known":           {sql: "p.created_at", age: true, help: "how long ago Magpie first saw the person: known > 30d"},
	"followers_count": {sql: "p.followers_count", help: "how many people follow the person"},
	"city":            {sql: "p.city", text: true, help: `the person's city: city == "Chicago"`},
	"language":        {sql: "p.language", text: true, help: `the person's language: language == "zh"`},
}

// Conditions with words of their own, for the documentation.
var functions = map[string]string{
	"follows": `follows("account", 30d): has followed that account for at least so long (the time may be left out), ` +
		`counted from when Magpie first saw it`,
	"consents": `consents("direct"): has consented to direct messages from the account that posts; ` +
		`consents("direct", "account"): from that account`,
	"holds":    `holds("offer"): has a coupon of that offer`,
	"redeemed": `redeemed("offer"): has used a coupon of that offer`,
	"on":       `on("bluesky"): has a handle on that network`,
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
