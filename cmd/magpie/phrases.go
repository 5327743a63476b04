package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/sandbox"
	"magpie/internal/workspace"
)

// phrasesOf are what the people of a sandbox say: the words that the workspace's own rules
// wait for. What no rule waits for they say in words of the sandbox's own.
func phrasesOf(set *workspace.Set) (p sandbox.Phrases) {
	for _, name := range console.SortedKeys(set.Campaigns) {
		for _, s := range set.Campaigns[name].Steps {
			if s.Mention == nil {
				continue
			}
			to := &p.Questions
			switch o := set.OfferOf(s); {
			case s.Grants != "":
				to = &p.Joins
			case o != nil:
				to = &p.Claims
			}
			for _, w := range s.Mention.Says {
				lang := "en"
				if strings.IndexFunc(w, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0 {
					lang = "zh"
				}
				if *to == nil {
					*to = map[string][]string{}
				}
				(*to)[lang] = append((*to)[lang], w)
			}
		}
	}
	for _, all := range []map[string][]string{p.Questions, p.Joins, p.Claims} {
		switch { // who speaks the other language uses the words that there are
		case all == nil:
		case len(all["en"]) == 0:
			all["en"] = all["zh"]
		case len(all["zh"]) == 0:
			all["zh"] = all["en"]
		}
	}
	return p
}

func sandboxSay(c *cli.Context) error {
	text, err := console.Arg(c, 0, "what is said")
	if err != nil {
		return err
	}
	if err := console.NoMore(c, 1); err != nil {
		return err
	}
	at, to := strings.TrimRight(c.String("address"), "/"), strings.TrimPrefix(c.String("to"), "@")
	if !onLoopback(at) {
		return console.Usage("--address %s: a sandbox runs on this machine: http://127.0.0.1:PORT", at)
	}
	if to == "" {
		return console.Usage("--to is required: the account that is written to")
	}
	if err := onSandbox(c, at, to); err != nil {
		return err
	}
	order := map[string]any{"person": c.String("person"), "text": text, "to": []string{to}, "direct": c.Bool("private"), "account": to}
	if c.Bool("follow") {
		if err := sandboxOrder(c, at+"/sandbox/api/follow", order); err != nil {
			return err
		}
	}
	if err := sandboxOrder(c, at+"/sandbox/api/say", order); err != nil {
		return err
	}
	fmt.Fprintf(c.App.Writer, "@%s has written to @%s. See %s/@%s\n", c.String("person"), to, at, to)
	return nil
}

// onSandbox fails where no sandbox answers, or it has no such account.
func onSandbox(c *cli.Context, at, account string) error {
	r, err := http.NewRequestWithContext(c.Context, http.MethodGet, at+"/sandbox/write?to="+url.QueryEscape(account), http.NoBody)
	if err != nil {
		return console.Usage("--address %s can't be used", c.String("address"))
	}
	status, err := sandboxStatus(c, r)
	if err == nil && status != http.StatusOK {
		return console.Usage("the sandbox has no account %q: its page %s shows them", account, at)
	}
	return err
}

// sandboxStatus is what a sandbox answers.
func sandboxStatus(c *cli.Context, r *http.Request) (int, error) {
	resp, err := (&http.Client{Timeout: 10 * time.Second}).Do(r)
	if err != nil {
		return 0, console.Failed("no sandbox answers at %s: start one with “magpie sandbox” or “magpie run --sandbox”",
			c.String("address"))
	}
	return resp.StatusCode, resp.Body.Close()
}

func sandboxOrder(c *cli.Context, address string, order map[string]any) error {
	body, err := json.Marshal(order)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(c.Context, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return console.Usage("--address %s can't be used", c.String("address"))
	}
	status, err := sandboxStatus(c, r)
	if err == nil && status >= 300 {
		err = console.Refused(errors.New("the sandbox does not take that"))
	}
	return err
}
