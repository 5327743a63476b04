package workspace

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
	"golang.org/x/text/language"

	"magpie/internal/document"
	"magpie/internal/network"
	"magpie/internal/scalar"
)

func (l *loader) warn(d *document.Document, path, text, hint string) {
	l.set.Warnings = append(l.set.Warnings, d.Problem(path, text, hint))
}

// warnStep tells of what is allowed and seldom meant.
func (l *loader) warnStep(d *document.Document, s *Step, path string) {
	l.warnOpenClaim(d, s, path)
	l.warnOfferEnd(d, s, path)
	l.warnNever(d, s, path)
	l.warnSame(d, s, path)
}

// warnOpenClaim tells of a rule that gives codes to whoever asks: accounts cost nothing.
func (l *loader) warnOpenClaim(d *document.Document, s *Step, path string) {
	o := l.set.OfferOf(s)
	if s.Mention == nil || s.For != "" || s.Limit != nil || o == nil || o.Codes == nil || o.Codes.Kind == "shared" || !l.set.usesCode(s) {
		return
	}
	l.warn(d, path, fmt.Sprintf("whoever asks gets a code of %q, however many accounts they make", o.Name),
		"say whom it is for, with for:, or how many there are, with limit: (limit: 50/hour)")
}

// warnOfferEnd tells of a step that would promote an offer that is over.
func (l *loader) warnOfferEnd(d *document.Document, s *Step, path string) {
	o, c := l.set.OfferOf(s), s.Campaign
	if o != nil && o.SoldOut {
		l.warn(d, path, fmt.Sprintf("the offer %q is sold out: this does not go out", o.Name), "take the step out, or sold_out: of the offer")
	}
	if o == nil || !o.Until.Known() {
		return
	}
	last := o.Until.Format(time.DateOnly)
	switch {
	case s.At.Known() && s.At.Truncate(24*time.Hour).After(o.Until.Time):
		l.warn(d, path+".at", fmt.Sprintf("the offer %q ends on %s, before this goes out", o.Name, last), "see "+offersFile)
	case c.Until.Known() && c.Until.After(o.Until.Time):
		l.warn(d, path, fmt.Sprintf("the offer %q ends on %s, before the campaign does: this ends with it", o.Name, last), "see "+offersFile)
	}
}

// warnNever tells of a step whose times all lie outside the campaign's days.
func (l *loader) warnNever(d *document.Document, s *Step, path string) {
	spec, c := s.Cron, s.Campaign
	if sch := l.set.Schedules[s.Schedule]; sch != nil {
		spec = sch.Cron
	}
	line, err := cron.ParseStandard(spec)
	if spec == "" || err != nil || !c.Until.Known() {
		return
	}
	from := c.Until.AddDate(-10, 0, 0)
	if c.From.Known() {
		from = c.From.Time
	}
	if next := line.Next(from.Add(-time.Second)); next.IsZero() || !next.Before(c.Until.AddDate(0, 0, 1)) {
		l.warn(d, path, "this never runs: its times all lie outside the campaign's days", "see from: and until:")
	}
}

// percent is a share, with its sign.
var percent = regexp.MustCompile(`^\s*([-−–]?)\s*(\d+(?:[.,]\d+)?)\s*[%％]`)

// worth is a value that says what of.
var worth = regexp.MustCompile(`[^\d\s.,'’]`)

// warnOffer tells of a value that is a number alone.
func (l *loader) warnOffer(d *document.Document, o *Offer) {
	if m := percent.FindStringSubmatch(o.Value); m != nil {
		if n, err := strconv.ParseFloat(strings.Replace(m[2], ",", ".", 1), 64); err == nil && (m[1] != "" || n <= 0 || n > 100) {
			l.warn(d, o.Name+".value", fmt.Sprintf("people would read “%s”", o.Value), "write a share from 1% to 100%")
		}
	}
	if o.Value != "" && !worth.MatchString(o.Value) {
		l.warn(d, o.Name+".value", fmt.Sprintf("people would read “%s”, and not of what", o.Value), "write 20%, US$ 20 or 20 元")
	}
}

// mistaken are what people write for a language: countries.
var mistaken = map[string]string{"jp": "ja", "cn": "zh", "dk": "da", "cz": "cs", "ua": "uk", "gr": "el", "sp": "es"}

// warnLanguage tells of a language that is none, or a country's name.
func (l *loader) warnLanguage(d *document.Document, at, tag string) {
	main := mainLanguage(tag)
	base, err := language.ParseBase(main)
	known := err == nil && !slices.Contains([]string{"", "und"}, base.String())
	if better := mistaken[main]; better != "" || !known {
		hint := "write its short form: en, zh, es"
		if better != "" {
			hint = "did you mean " + better + "?"
		}
		l.warn(d, at, fmt.Sprintf("%q is the short form of no language that people speak", strings.TrimSpace(tag)), hint)
	}
}

// warnHandles tells of handles without a server, where all accounts are on networks of many.
func (l *loader) warnHandles(key string, handles []string) {
	for _, a := range l.set.Accounts {
		if k := network.Find(l.kinds, a.Network); k == nil || !k.Federated {
			return
		}
	}
	for i, h := range handles {
		if h != "" && !strings.Contains(strings.TrimPrefix(h, "@"), "@") {
			l.warn(l.doc("settings", ""), index(key, i), fmt.Sprintf("%q names no server, so nobody is meant", h), "write "+strings.TrimPrefix(h,
				"@")+"@social.example")
		}
	}
}

// often is how many times a week a step runs whose text had better not be always the same.
const often = 5

// warnSame tells of a public text that would be read again nearly every day.
func (l *loader) warnSame(d *document.Document, s *Step, path string) {
	spec := s.Cron
	if sch := l.set.Schedules[s.Schedule]; sch != nil {
		spec = sch.Cron
	}
	times := scalar.NextTimes(spec)
	if s.To != nil || len(times) <= often || times[often].Sub(times[0]) > 8*24*time.Hour {
		return
	}
	for _, name := range s.Accounts {
		a, t := l.set.Accounts[name], l.set.Templates[s.Say.For(name)]
		if a == nil || t == nil || len(t.In(a.Language)) != 1 {
			continue
		}
		l.warn(d, path+".say", fmt.Sprintf("%s posts the same words nearly every day", name),
			fmt.Sprintf("write variants, which take turns: %s.%s.b.tmpl", t.Name, a.Language))
		return
	}
}
