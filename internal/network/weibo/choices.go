package weibo

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"magpie/internal/network"
)

const (
	freeCalls = 100 // a day, for an account and an app (open.weibo.com, Rate limiting)
	keptCalls = 30  // percent for answers, where the file names no share
)

// beijing is where Weibo's days begin.
var beijing = time.FixedZone("Beijing", 8*60*60)

// Choices are those of an account on Weibo, under weibo: in its file. Weibo is off without them.
type Choices struct {
	Enabled    bool   `yaml:"enabled" jsonschema:"required"`
	SafeDomain string `yaml:"safe_domain"`                  // as registered with the app: each post has a link under it
	IP         string `yaml:"ip"`                           // the public address of the machine or person that posts
	Calls      int    `yaml:"calls" jsonschema:"minimum=0"` // a day, for this account and app; 0: 100
	LongText   bool   `yaml:"long_text"`                    // by contract: 2,000 characters
	Contract   bool   `yaml:"contract"`                     // the commercial interface: posts need no link
	Metrics    bool   `yaml:"metrics"`                      // read how its posts fare: a call for each hundred
	Push       bool   `yaml:"push"`                         // the fan service (粉丝服务) sends private messages to /push/ACCOUNT
}

// Effect implements network.Choices. An app without a contract is shown only those followers who use it too, so who is known
// from its pushes would seem to have left.
func (c *Choices) Effect() network.Effect {
	e := network.Effect{Spend: network.Spend{Zone: beijing, Calls: c.Calls, Kept: keptCalls}, LongText: c.LongText,
		Followers: c.Contract || !c.Push, Metrics: c.Metrics, Push: c.Push}
	if e.Spend.Calls == 0 {
		e.Spend.Calls = freeCalls
	}
	return e
}

// chosen are the choices of an account, or none.
func chosen(s network.Settings) *Choices {
	if c, ok := s.Choices.(*Choices); ok && c != nil {
		return c
	}
	return &Choices{}
}

// look sees that the file says what Weibo wants to know.
func look(f network.AccountFile) []network.Mistake {
	c, _ := f.Choices.(*Choices)
	say := func(key, text, hint string) []network.Mistake {
		return []network.Mistake{{Key: key, Text: text, Hint: hint}}
	}
	switch {
	case c == nil || !c.Enabled:
		return say("network", "Weibo is off until you enable it in this file: what an app may do there depends on its contract",
			"find out what yours allows, then write weibo: {enabled: true, safe_domain: shop.example, ip: 203.0.113.7}")
	case strings.ContainsAny(c.SafeDomain, "/: ") || c.SafeDomain != "" && !strings.Contains(c.SafeDomain, "."):
		return say("weibo", fmt.Sprintf("%q is not a domain", c.SafeDomain), "write it without https:// and path: safe_domain: shop.example")
	case !c.Contract && c.SafeDomain == "":
		return say("weibo", `"safe_domain" is missing: Weibo wants a link under the app's safe domain (安全域名) in each post`,
			"write the domain that is registered with the app")
	case !public(c.IP):
		return say("weibo", `"ip" is missing or not a public IP address: Weibo requires the address from which you post (rip)`,
			"write the public address of the machine: ip: 203.0.113.7")
	}
	return nil
}

// public tells whether that is an address that the world knows.
func public(ip string) bool {
	a, err := netip.ParseAddr(ip)
	return err == nil && a.IsGlobalUnicast() && !a.IsPrivate()
}
