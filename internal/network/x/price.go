package x

import (
	_ "embed"
	"math"

	"github.com/goccy/go-yaml"

	"magpie/internal/network"
)

//go:embed prices.yaml
var priceTable []byte

// prices are X's, by the name of the call.
var prices = read(priceTable)

func read(text []byte) map[string]network.Price {
	var t struct {
		Prices map[string]float64 `yaml:"prices"`
	}
	if err := yaml.Unmarshal(text, &t); err != nil {
		panic(err) // a test reads it
	}
	out := map[string]network.Price{}
	for name, dollars := range t.Prices {
		out[name] = network.Price(math.Round(dollars * 1e6))
	}
	return out
}

// reading is the charge of a call that reads one object.
func reading(what string, purpose network.Purpose) network.Charge {
	return network.Charge{Call: "read " + what, For: purpose, Least: prices["read "+what]}
}

// sending is the charge of a post.
func sending(b sealed) network.Charge {
	c := network.Charge{Call: "post", For: network.ForPosts}
	switch {
	case b.Post.Reply != nil && !b.Own: // to whoever has summoned us
		c.Call, c.For = "reply", network.ForAnswers
	case b.Link:
		c.Call = "post with link"
	}
	c.Price = prices[c.Call]
	return c
}

// price is what sending a draft will be charged.
func price(d network.Draft) (sum network.Price) {
	for _, i := range d.Images {
		if i.Alt != "" {
			sum += prices["alt text"]
		}
	}
	if d.Direct {
		return sum + prices["direct"]
	}
	b := sealed{Post: &creation{}, Link: len(links(d.Text)) > 0, Own: parseRef(d.ReplyTo).Own}
	if d.ReplyTo != "" {
		b.Post.Reply = &replyTo{}
	}
	return sum + sending(b).Price
}
