package x

import (
	"context"
	_ "embed"
	"math"
	"strconv"

	"github.com/goccy/go-yaml"

	"magpie/internal/network"
)

//go:embed prices.yaml
var priceTable []byte

// prices are X's, by the name of the call; owned are those that are less for an
// account that owns its app.
var prices, owned = readPrices(priceTable)

func readPrices(text []byte) (all, owned map[string]network.Price) {
	var t struct {
		Prices map[string]float64 `yaml:"prices"`
		Owned  map[string]float64 `yaml:"owned"`
	}
	if err := yaml.Unmarshal(text, &t); err != nil {
		panic(err) // a test reads it
	}
	return inMillionths(t.Prices), inMillionths(t.Owned)
}

func inMillionths(dollars map[string]float64) map[string]network.Price {
	out := map[string]network.Price{}
	for name, d := range dollars {
		out[name] = network.Price(math.Round(d * 1e6))
	}
	return out
}

// price is that of a call of this account.
func (c *client) price(call string) network.Price {
	if p, ok := owned[call]; ok && chosen(c.settings).OwnsApp {
		return p
	}
	return prices[call]
}

// reading is the charge of a call that reads objects.
func reading(what string, purpose network.Purpose) network.Charge {
	return network.Charge{Call: "read " + what, For: purpose}
}

// bound makes a reading no larger than what is left pays for, and sets aside what it
// may cost at most: a program that is killed in the midst has spent it.
func (c *client) bound(ctx context.Context, x *call) {
	if x.each == 0 {
		return
	}
	x.charge.Least = x.each * network.Price(max(1, x.least))
	x.charge.Reserve = x.charge.Least
	if most, err := strconv.Atoi(x.query.Get("max_results")); err == nil {
		n := min(c.settings.Meter.Left(ctx, x.charge.For)/x.each, network.Price(most))
		size := max(x.least, int(n))
		x.query.Set("max_results", strconv.Itoa(size))
		x.charge.Reserve = x.each * network.Price(max(1, size))
	}
}

// settle writes down what a read has cost, and gives back what a write was not
// charged after all.
func (c *client) settle(ctx context.Context, x call, err error) {
	m := c.settings.Meter
	switch {
	case x.read == nil && err != nil && network.ReasonOf(err) != network.Unknown:
		m.Count(ctx, network.Charge{Call: x.charge.Call, Price: -x.charge.Price})
	case x.read != nil && err == nil:
		for _, spent := range x.read() {
			if len(spent.Objects) > 0 {
				m.Count(ctx, spent)
			}
		}
	}
	if x.charge.Reserve > 0 { // the last: a program that is killed before has counted too much
		m.Count(ctx, network.Charge{Call: x.charge.Call, Reserve: x.charge.Reserve})
	}
}

// sending is the charge of a post.
func sending(b sealed) network.Charge {
	c := network.Charge{Call: "post", For: network.ForPosts}
	switch {
	case b.Post.Reply != nil && !b.Own: // to whoever has summoned us
		if c.Call, c.For = "reply", network.ForAnswers; b.Link {
			c.Call = "reply with link"
		}
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

// object is something that X charges for once a day.
type object interface{ key() string }

func (p post) key() string   { return "post " + p.ID }
func (s spoken) key() string { return "direct " + s.ID }
func (u user) key() string   { return "follower " + u.ID }

// charges are what X asks for a page: for each object, and for each user beside
// who is not ourselves.
func charges[T object](c *client, what string, p page[T]) []network.Charge {
	c.mu.Lock()
	defer c.mu.Unlock()
	objects := network.Charge{Call: "read " + what, Price: c.price("read " + what)}
	people := network.Charge{Call: "read user", Price: c.price("read user")}
	for _, x := range p.Data {
		objects.Objects = append(objects.Objects, x.key())
	}
	for _, u := range p.Includes.Users {
		if c.self == nil || u.ID != c.self.ID {
			people.Objects = append(people.Objects, "user "+u.ID)
		}
	}
	return []network.Charge{objects, people}
}
