package workspace

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"magpie/internal/document"
	"magpie/internal/gist"
	"magpie/internal/network"
	"magpie/internal/policy"
	"magpie/internal/render"
	"magpie/internal/suggest"
)

// The longest codes: an imported one may have 32 characters; a made one has 14.
var longestCode = map[string]string{"imported": strings.Repeat("W", 32), "made": strings.Repeat("W", 14)}

// longestHandle is about as long as handles get: 30 characters of name.
const longestHandle = "wwwwwwwwwwwwwwwwwwwwwwwwwwwwww@social.example"

func (l *loader) checkSay(d *document.Document, s *Step, path string) {
	for _, account := range slices.Sorted(maps.Keys(s.Say)) {
		at := document.Join(path+".say", account)
		if account == "" {
			at = path + ".say"
		} else if !slices.Contains(s.Accounts, account) {
			d.AddKey(at, fmt.Sprintf("%q is not among the step's accounts", account), suggest.Hint(account, s.Accounts))
			continue
		}
		if s.Say[account] != "" { // else checkTexts says it
			l.checkTemplateRef(d, at, s.Say[account])
		}
	}
	if s.SayOthers != "" {
		l.checkTemplateRef(d, path+".say_others", s.SayOthers)
	}
	for _, name := range s.Accounts {
		if a := l.set.Accounts[name]; a != nil && a.Kind.Measure != nil {
			l.checkTexts(d, s, a, path)
		}
	}
}

func (l *loader) checkTemplateRef(d *document.Document, path, name string) {
	if l.set.Templates[name] == nil {
		text, hint := unknown("template", name, l.set.Templates)
		d.Add(path, text, hint)
	}
}

// checkTexts tries every text that the account could say in this step.
func (l *loader) checkTexts(d *document.Document, s *Step, a *Account, path string) {
	at := path + ".say"
	if _, ok := s.Say[a.Name]; ok {
		at = document.Join(at, a.Name)
	}
	name := s.Say.For(a.Name)
	if name == "" && len(s.Say) > 0 {
		d.Add(path+".say", fmt.Sprintf("the account %q has no template in this step", a.Name), "add a line for it")
		return
	}
	t := l.set.Templates[name]
	if t == nil {
		return // said before
	}
	l.checkText(d, s, a, t, at)
	if o := l.set.Templates[s.SayOthers]; o != nil {
		l.checkText(d, s, a, o, path+".say_others")
		if offer := l.set.OfferOf(s); offer != nil && offer.Codes != nil && offer.Codes.Kind != "shared" && o.Shows(offer) {
			d.Add(path+".say_others", fmt.Sprintf("the template %q in say_others shows a code, but these people are not meant to get the offer",
				o.Name), "use one without code and link")
		}
	}
}

func (l *loader) checkText(d *document.Document, s *Step, a *Account, t *Template, at string) {
	if len(t.In(a.Language)) == 0 && a.Language != "" && len(t.Texts) > 0 && !l.broken[t.Name] {
		d.Add(at, fmt.Sprintf("the template %q has no text in the account's language %q", t.Name, a.Language),
			fmt.Sprintf("add templates/%s.%s.tmpl", t.Name, a.Language))
	}
	checkPublicName(d, s, t, at)
	l.checkPublicCode(d, s, t, at)
	l.checkLengths(d, s, a, t, at)
}

// checkPublicName refuses a person's name where everybody reads the same.
func checkPublicName(d *document.Document, s *Step, t *Template, path string) {
	if s.To != nil || s.Mention != nil {
		return
	}
	for _, x := range t.Texts {
		for _, word := range []string{"name", "handle", "city"} {
			if x.Uses(word) {
				d.Add(path, fmt.Sprintf("the template %q names somebody ({{%s}}), and a public post has nobody to name", t.Name, word),
					"take it out, or send the step to: people")
				return
			}
		}
	}
}

// untilAsked is where a template asks whether there is an end.
var untilAsked = regexp.MustCompile(`\{\{-?\s*(?:else\s+)?if\b[^}]*\buntil\b`)

// checkPublicCode refuses a personal code where everybody can read it. (What
// answers a mention goes out in private if it holds one.)
func (l *loader) checkPublicCode(d *document.Document, s *Step, t *Template, path string) {
	o := l.set.OfferOf(s)
	if o == nil && s.Campaign.Offer != "" {
		return // said before: no such offer
	}
	if o == nil {
		for _, x := range t.Texts {
			if x.Uses("code") || x.Uses("link") || x.Uses("value") || x.Uses("until") {
				d.Add(path, fmt.Sprintf("the template %q uses an offer, but the campaign has none", t.Name), "add offer: to the campaign")
				return
			}
		}
		return
	}
	for _, x := range t.Texts {
		if x.Uses("until") && !o.Until.Known() && o.Valid == 0 && !untilAsked.MatchString(x.Source) {
			d.Add(path, fmt.Sprintf("the template %q says until when (%s), and the offer %q has no end", t.Name, x.File, o.Name),
				"add until: or valid: to the offer, or write {{if until}}…{{end}} around it")
			break
		}
	}
	for _, x := range t.Texts {
		if x.Uses("link") && o.Link == "" {
			d.Add(path, fmt.Sprintf("the template %q shows a link, but the offer %q has none", t.Name, o.Name), "add link: to the offer")
			break
		}
	}
	if s.To == nil && s.Mention == nil && o.Codes != nil && o.Codes.Kind != "shared" && t.Shows(o) {
		d.Add(path, fmt.Sprintf("the template %q shows a personal code in a public post", t.Name),
			"send it to: people, let them claim it by a mention, or make the offer's codes shared:CODE")
	}
}

func (l *loader) checkLengths(d *document.Document, s *Step, a *Account, t *Template, path string) {
	texts := t.Texts
	if s.Mention == nil && s.To == nil {
		texts = t.In(a.Language)
	}
	handle := ""
	if s.Mention != nil || s.To != nil {
		handle = longestHandle
	}
	for _, x := range texts {
		text, keep, size, err := l.longest(s, a, x, handle)
		if err != nil {
			continue // a template that can't be rendered was refused when it was read
		}
		l.warnPrice(spot{d, path}, s, a, x, text)
		parts := []string{text}
		switch fit := s.Campaign.Fit; {
		case size.Fits():
		case fit == "shorten" || fit == "thread":
			f := TextFit{How: fit, Kind: a.Kind, Limits: a.Kind.Limits, Handle: handle, Public: s.Mention == nil && s.To == nil,
				Direct: l.set.Personal(s), Keep: keep}
			if parts, err = f.Fit(text); err != nil {
				d.Add(path, fmt.Sprintf("%s is too long for %s: %v", x.File, a.Network, err), "")
				continue
			}
		default:
			d.Add(path, fmt.Sprintf("%s has up to %d %s on %s; the limit is %d", x.File, size.Count, size.Unit, a.Network, size.Limit),
				"shorten it, or write fit: shorten or fit: thread into the campaign; names, codes and links are counted at their longest")
		}
		for _, part := range parts {
			if l.checkRules(spot{d, path}, s, a, x, part) {
				break
			}
		}
	}
}

// spot is where in a file something stands.
type spot struct {
	d    *document.Document
	path string
}

// checkRules holds a text, as it would go out, against the network's own rules.
func (l *loader) checkRules(at spot, s *Step, a *Account, x Text, text string) (broken bool) {
	if s.Mention != nil || s.To != nil || a.Kind.Check == nil {
		return false
	}
	f := a.Kind.Check(network.Draft{Text: text, Language: x.Language, Offer: s.Campaign.Offer != ""}, a.Settings())
	if f != nil {
		r := policy.Of(f.Rule)
		at.d.Add(at.path, r.Says(fmt.Sprintf("%s: %s: %s", a.Name, x.File, f.Text)), r.Way)
	}
	return f != nil
}

// Settings are the account's choices, without what opens it.
func (a *Account) Settings() network.Settings {
	return network.Settings{Server: a.Server, Handle: a.Handle, Choices: a.Choices}
}

// warnPrice proposes a code in the place of a link where the network charges more
// for posts with links.
func (l *loader) warnPrice(at spot, s *Step, a *Account, x Text, text string) {
	if a.Kind.Price == nil || s.Mention != nil || s.To != nil {
		return
	}
	with := a.Kind.Price(network.Draft{Text: text})
	without := a.Kind.Price(network.Draft{Text: gist.Link.ReplaceAllString(text, "")})
	if with > without {
		way := "put the link into the profile"
		if s.Campaign.Offer != "" {
			way = "show {{code}} in the text instead, and " + way
		}
		l.set.Warnings = append(l.set.Warnings, at.d.Problem(at.path, fmt.Sprintf("%s has a link: a post with one costs %s on %s, and %s without",
			x.File, with, a.Network, without),
			way))
	}
}

// longest measures a text with the longest values that can come; keep is what may
// not be left out of it.
func (l *loader) longest(s *Step, a *Account, x Text, handle string) (text string, keep []string, size network.Size, err error) {
	code, link, value := "", "", ""
	if o := l.set.OfferOf(s); o != nil && o.Codes != nil {
		if code = longestCode[o.Codes.Kind]; o.Codes.Kind == "shared" {
			code = o.Codes.Shared
		}
		link, value = o.LinkFor(code), o.Value
	}
	v := render.Sample(code, link)
	v.Value = value
	v.Language, v.Campaign = x.Language, s.Campaign.Title
	if text, err = x.Render(v); err != nil {
		return "", nil, size, err
	}
	text = Disclosed(s.Campaign, text)
	_, size = render.Fit(a.Kind, a.Kind.Limits, text, handle, l.set.Personal(s))
	return text, []string{code, link, s.Campaign.Disclosure}, size, nil
}

// TextFit says how a text is made to fit.
type TextFit struct {
	How            string // shorten, thread
	Kind           network.Kind
	Limits         network.Limits
	Handle         string   // of whom it is for; "": of nobody
	Public, Direct bool     // everybody may read it; only one person may
	Keep           []string // is neither cut nor left out
}

// Fit makes a text fit a network, by shortening it or as the parts of a thread. Only what everybody may read goes out as a
// thread.
func (f TextFit) Fit(text string) ([]string, error) {
	fits := func(s string) bool {
		_, size := render.Fit(f.Kind, f.Limits, s, f.Handle, f.Direct)
		return size.Fits()
	}
	switch {
	case fits(text):
		return []string{text}, nil
	case f.How == "thread" && !f.Public:
		return nil, errors.New("only public posts can be a thread; shorten it")
	case f.How == "thread" && f.Kind.Ref == nil:
		return nil, fmt.Errorf("there are no threads on %s; shorten it", f.Kind.Name)
	case f.How == "thread":
		return render.Thread(text, f.Keep, fits)
	}
	short, err := render.Shorten(text, f.Keep, fits)
	return []string{short}, err
}

// Disclosed puts the campaign's disclosure before a text.
func Disclosed(c *Campaign, text string) string {
	if c.Disclosure == "" {
		return text
	}
	return c.Disclosure + " " + text
}
