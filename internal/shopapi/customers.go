package shopapi

import (
	"database/sql"
	"strings"

	"magpie/internal/people"
)

// customerBody is what a shop says of a customer. What is not there stays as it is.
type customerBody struct {
	signs
	Name     *string   `json:"name"`
	Language *string   `json:"language"`
	City     *string   `json:"city"`
	Country  *string   `json:"country"`
	Zone     *string   `json:"zone"`
	Tags     *[]string `json:"tags"`
	Consent  []struct {
		Account string `json:"account"`
		At      moment `json:"at"`
		Source  string `json:"source"`
	} `json:"consent"`
}

// customerKept is the answer to it.
type customerKept struct {
	Customer string `json:"customer"`
	Orders   int    `json:"orders"`
	Spent    string `json:"spent"`
	Currency string `json:"currency,omitempty"`
	OptedOut bool   `json:"opted_out"`
	// Left is true where a consent was not noted: they have said that they want to be left alone.
	Left bool `json:"consent_not_noted,omitempty"`
}

func putCustomer(c *call) answer {
	var b customerBody
	if a, fine := c.into(&b); !fine {
		return a
	}
	if b.Customer != "" {
		return bad("customer: the number stands in the address")
	}
	b.Customer = strings.TrimSpace(c.req.PathValue("id"))
	ids, err := c.identities(b.signs)
	if err != nil {
		return bad("%v", err)
	}
	if b.Customer == "" {
		return bad("customer: the number in the address is empty")
	}
	f := people.Facts{Name: b.Name, Language: b.Language, City: b.City, Country: b.Country, Zone: b.Zone, Tags: b.Tags}
	for _, x := range b.Consent {
		f.Consent = append(f.Consent, people.Agreed{Account: x.Account, At: x.At.Time, Where: x.Source})
	}
	return c.act(func(tx *sql.Tx) answer {
		id, left, err := c.Acts.PutCustomer(c.ctx, tx, ids, f)
		if err != nil {
			return failed(err)
		}
		p, err := people.Sums(c.ctx, tx, id)
		if err != nil {
			return broken(err)
		}
		return ok(customerKept{Customer: b.Customer, Orders: p.Orders, Spent: c.Acts.Orders.Spent(p.Spent),
			Currency: c.Acts.Orders.Currency(),
			OptedOut: p.OptedOut, Left: left})
	})
}
