package workspace

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"magpie/internal/document"
	"magpie/internal/network"
	"magpie/internal/render"
	"magpie/internal/segment"
	"magpie/internal/suggest"
)

// nameRule is what files, steps, offers and segments may be called.
var nameRule = regexp.MustCompile(`^[\p{L}\p{N}]([\p{L}\p{N}_-]{0,62}[\p{L}\p{N}])?$`)

// checkAll looks at references and meaning, once all files are read.
func (l *loader) checkAll() {
	l.checkSettings()
	for _, a := range ordered(l.set.Accounts) {
		l.checkAccount(a)
	}
	l.checkTwins()
	for _, s := range ordered(l.set.Schedules) {
		l.checkSchedule(s)
	}
	for _, o := range ordered(l.set.Offers) {
		l.checkOffer(o)
	}
	l.checkSegments()
	for _, c := range ordered(l.set.Campaigns) {
		l.checkCampaign(c)
	}
	if !l.anyBroken("campaigns/") { // what can't be read may hold the useful posts
		l.checkMix()
	}
	l.checkSimilar()
}

// anyBroken tells whether a file whose path begins so could not be read.
func (l *loader) anyBroken(prefix string) bool {
	for file, d := range l.docs {
		if d.Broken && strings.HasPrefix(file, prefix) {
			return true
		}
	}
	return false
}

// ordered returns the values of m by name.
func ordered[T any](m map[string]T) (out []T) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, m[k])
	}
	return out
}

func (l *loader) checkName(d *document.Document, kind, name, path string) {
	if !nameRule.MatchString(name) {
		d.AddKey(path, fmt.Sprintf("%q can't be the name of %s", name, kind), "use letters, digits, - and _")
	}
}

func (l *loader) checkAccount(a *Account) {
	d := l.doc("account", a.Name)
	l.checkName(d, "an account", a.Name, "")
	if !languageRule.MatchString(a.Language) && a.Language != "" {
		d.Add("language", fmt.Sprintf("%q is not a language", a.Language), "write its short form: en, zh, es")
	} else if a.Language != "" {
		l.warnLanguage(d, "language", a.Language)
	}
	checkServer(d, a.Server)
	k := network.Find(l.kinds, a.Network)
	if k == nil {
		if a.Network != "" {
			d.Add("network", fmt.Sprintf("no network %q", a.Network), suggest.Hint(a.Network, l.kindNames()))
		}
		return
	}
	a.Kind = *k
	a.Choices = a.blocks[a.Network]
	a.Kind.Limits.Text = a.characters(k)
	for _, key := range slices.Sorted(maps.Keys(k.Needs)) {
		if (key == "server" && a.Server == "") || (key == "handle" && a.Handle == "") {
			d.Add("", fmt.Sprintf("%q is missing", key), k.Needs[key])
		}
	}
	a.Server = strings.TrimRight(a.Server, "/")
	l.checkChoices(d, a)
	if hint := k.CheckHandle(a.Handle); a.Handle != "" && hint != "" {
		d.Add("handle", fmt.Sprintf("%q is not a handle", a.Handle), hint)
	}
}

// checkTwins refuses two files for one account: both would answer the same people.
func (l *loader) checkTwins() {
	first := map[string]string{}
	for _, a := range ordered(l.set.Accounts) {
		if c := a.Credentials; c != nil && c.Kind != "stored" {
			key := a.Network + " " + a.Server + " " + c.Kind + ":" + c.Name
			if other := first[key]; other != "" {
				l.doc("account", a.Name).Add("credentials", fmt.Sprintf("%s:%s is already the token of accounts/%s.yaml: both "+
					"would be the same account", c.Kind, c.Name, other), "keep one of the two files, or name the other token")
			}
			first[key] = a.Name
		}
		if a.Handle == "" {
			continue
		}
		name, server, full := strings.Cut(network.FoldHandle(a.Handle), "@")
		if u, err := url.Parse(a.Server); err == nil && (!full || server == strings.ToLower(u.Hostname())) {
			server = strings.ToLower(u.Host) // of a local name
		}
		key := a.Network + " " + name + " " + server
		if other := first[key]; other != "" {
			l.doc("account", a.Name).Add("handle", fmt.Sprintf("%s is already the account of accounts/%s.yaml", a.Handle, other),
				"keep one of the two files")
		}
		first[key] = a.Name
	}
}

// characters are how many a text of the account may have.
func (a *Account) characters(k *network.Kind) int {
	switch {
	case a.Characters > 0 && k.OwnLimit:
		return a.Characters
	case a.Effect().LongText:
		return k.LongText
	}
	return k.Limits.Text
}

// checkChoices looks at what goes with one network alone.
func (l *loader) checkChoices(d *document.Document, a *Account) {
	for _, name := range slices.Sorted(maps.Keys(a.blocks)) {
		if name != a.Network {
			d.AddKey(name, fmt.Sprintf("%q can be used only with network: %s", name, name), "")
		}
	}
	if a.Characters != 0 && !a.Kind.OwnLimit {
		d.AddKey("characters", `"characters" can be used only with network: mastodon, where each server has its own limit`, "")
	}
	if a.Kind.Look == nil {
		return
	}
	for _, m := range a.Kind.Look(network.AccountFile{Server: a.Server, Handle: a.Handle, Choices: a.Choices}) {
		if m.Warning {
			l.set.Warnings = append(l.set.Warnings, d.Problem(m.Key, m.Text, m.Hint))
		} else {
			d.Add(m.Key, m.Text, m.Hint)
		}
	}
}

// Effect is what the block of the account's network means; a network without one charges nothing and shows all.
func (a *Account) Effect() network.Effect {
	switch {
	case a.Choices != nil:
		return a.Choices.Effect()
	case a.Kind.Choices != nil:
		return a.Kind.Choices().Effect()
	}
	return network.Effect{Followers: true, Metrics: true}
}

func checkServer(d *document.Document, server string) {
	u, err := url.Parse(server)
	switch {
	case server == "":
	case err == nil && u.User != nil:
		d.Add("server", "an address must not contain a password", "remove everything before the @")
	case err != nil || u.Host == "" || u.Scheme != "https" && !loopback.MatchString(server):
		d.Add("server", fmt.Sprintf("%q is not the address of a server", server), "it looks like https://social.example")
	}
}

// checkSettings refuses a password in the database's address. (Further
// addresses are references already.)
func (l *loader) checkSettings() {
	for i, name := range l.set.Settings.Approvers {
		if strings.TrimSpace(name) == "" {
			l.doc("settings", "").Add(index("approvers", i), "whoever approves has a name",
				"write approvers: [paul, mei], or take the line out for everybody but the author")
		}
	}
	l.warnHandles("testers", l.set.Settings.Testers)
	l.warnHandles("bots", l.set.Settings.Bots)
	if u, err := url.Parse(l.set.Settings.Database); err == nil && u.User != nil {
		if _, has := u.User.Password(); has {
			l.doc("settings", "").Add("database", "an address must not contain a password", "write env:NAME, and keep the address there")
		}
	}
}

var (
	loopback     = regexp.MustCompile(`^http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?/?$`)
	languageRule = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]+)*$`)
)

func (l *loader) kindNames() (names []string) {
	for _, k := range l.kinds {
		names = append(names, k.Name)
	}
	return names
}

func (l *loader) checkOffer(o *Offer) {
	d := l.doc("offers", "")
	l.checkName(d, "an offer", o.Name, o.Name)
	for key, n := range map[string]int{"limit": o.Limit, "per_person": o.PerPerson} {
		if _, there := d.Keys[o.Name+"."+key]; there && n == 0 {
			d.Add(o.Name+"."+key, "0 would allow nothing", "write 1 or more; to stop an offer write sold_out: true")
		}
	}
	if o.PerPerson == 0 {
		o.PerPerson = 1
	}
	checkTerms(d, o)
	l.warnOffer(d, o)
	if o.Codes == nil || o.Codes.Kind == "" {
		return // said when it was read
	}
	l.checkShared(d, o)
	if o.Limit > 0 && o.Codes.Kind != "made" {
		d.Add(o.Name+".limit", "only made codes have a limit", "imported codes are limited by their file, a shared code by until:")
	}
	if o.Link != "" {
		checkLink(d, o.Name+".link", o.Link)
	}
}

// sharedRule is what a shared code may look like: people type it, and it stands in links.
var sharedRule = regexp.MustCompile(`^[\p{L}\p{N}_.+-]{1,32}$`)

// checkShared refuses a shared code that nobody could type, and one that people take for
// another offer's.
func (l *loader) checkShared(d *document.Document, o *Offer) {
	code := o.Codes.Shared
	if o.Codes.Kind != "shared" || strings.TrimSpace(code) == "" { // said when it was read
		return
	}
	if !sharedRule.MatchString(code) || scientific.MatchString(code) || norm.NFKC.String(code) != code {
		d.Add(o.Name+".codes", fmt.Sprintf("“%s” is not a code", code), "write up to 32 letters, digits, dashes or points, as in shared:SAVE10")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(l.set.Offers)) {
		if other := l.set.Offers[name]; other != nil && name < o.Name && other.Codes != nil && other.Codes.Kind == "shared" &&
			plainCode(other.Codes.Shared) == plainCode(code) {
			d.Add(o.Name+".codes", fmt.Sprintf("%s reads like %s, the code of the offer %q: a till would take one for the other", code,
				other.Codes.Shared, name), "choose another code")
		}
	}
}

// scientific is what a spreadsheet makes of a long number.
var scientific = regexp.MustCompile(`^\d[.,]?\d*[Ee][+-]\d+$`)

// plainCode is a code without case, dashes and points.
func plainCode(code string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r == '-' || r == '.' {
			return -1
		}
		return r
	}, code))
}

func (l *loader) checkSegments() {
	d := l.doc("segments", "")
	for _, name := range slices.Sorted(maps.Keys(l.set.Segments)) {
		l.checkName(d, "a segment", name, name)
		s := l.set.Segments[name]
		if s == nil {
			delete(l.set.Segments, name)
			l.set.Segments[name] = &segment.Segment{} // known, though wrong
			continue
		}
		for _, a := range s.Accounts {
			if l.set.Accounts[a] == nil {
				text, hint := unknown("account", a, l.set.Accounts)
				d.Add(name, text, hint)
			}
		}
		for _, n := range s.Networks {
			if network.Find(l.kinds, n) == nil && !slices.Contains([]string{"customer", "email", "phone"}, n) {
				d.Add(name, fmt.Sprintf("no network %q", n), suggest.Hint(n, l.kindNames()))
			}
		}
		for _, o := range s.Offers {
			if l.set.Offers[o] == nil && !l.anyBroken(offersFile) {
				text, hint := unknown("offer", o, l.set.Offers)
				d.Add(name, text, hint)
			}
		}
	}
}

func (l *loader) checkCampaign(c *Campaign) {
	d := l.doc("campaign", c.Name)
	l.checkName(d, "a campaign", c.Name, "")
	if c.Name == "push" {
		d.Add("", `no campaign can be called "push"`, "one-off posts are listed under that name")
	}
	if c.Offer != "" && l.set.Offers[c.Offer] == nil && !l.anyBroken(offersFile) {
		text, hint := unknown("offer", c.Offer, l.set.Offers)
		d.Add("offer", text, hint)
	}
	if strings.Contains(c.Disclosure, "{{") || len(render.Foreign(c.Disclosure)) > 0 {
		d.Add("disclosure", fmt.Sprintf("nothing is filled in here: “%s” would go out as it stands", c.Disclosure),
			"write the words, for example Ad:, without a field such as {{name}}")
	}
	oneOf(d, "approval", c.Approval, "required", "none")
	oneOf(d, "fit", c.Fit, "refuse", "shorten", "thread")
	if c.From.Known() && c.Until.Known() && c.Until.Before(c.From.Time) {
		d.Add("until", "the campaign ends before it begins", "")
	}
	if o := l.set.Offers[c.Offer]; o != nil && o.Until.Known() && c.From.Known() && o.Until.Before(c.From.Time) {
		d.Add("offer", fmt.Sprintf("the offer %q ends before the campaign begins", c.Offer), "see "+offersFile)
	}
	for _, s := range c.Steps {
		l.checkStep(d, s, "steps."+s.Name)
	}
}

func oneOf(d *document.Document, path, value string, allowed ...string) {
	if value != "" && !slices.Contains(allowed, value) {
		d.Add(path, fmt.Sprintf("%q can't be used here", value), "write "+strings.Join(allowed, " or "))
	}
}

func (l *loader) checkMix() {
	promotes, useful := map[string]bool{}, map[string]bool{}
	for _, c := range l.set.Campaigns {
		for _, s := range c.Steps {
			for _, a := range s.Accounts {
				if s.Mention == nil && s.To == nil {
					promotes[a] = promotes[a] || c.Offer != ""
					useful[a] = useful[a] || c.Offer == ""
				}
			}
		}
	}
	for _, a := range slices.Sorted(maps.Keys(promotes)) {
		if promotes[a] && !useful[a] && l.set.Accounts[a] != nil {
			l.doc("account", a).Add("", fmt.Sprintf("the account %q posts only offers", a),
				"give it something useful to say between the offers: a campaign without “offer:”")
		}
	}
}

func index(path string, i int) string { return path + "." + strconv.Itoa(i) }
