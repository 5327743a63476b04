package workspace

import (
	"crypto/sha256"
	"strings"
	"time"

	"magpie/internal/document"
	"magpie/internal/network"
	"magpie/internal/render"
	"magpie/internal/scalar"
	"magpie/internal/segment"
)

// Set is a whole workspace, checked.
type Set struct {
	Dir       string
	Settings  Settings
	Accounts  map[string]*Account
	Campaigns map[string]*Campaign
	Schedules map[string]*Schedule
	Offers    map[string]*Offer
	Segments  map[string]*segment.Segment
	Templates map[string]*Template
	Files     map[string][]byte            // as they were read, by path
	sums      map[string][sha256.Size]byte // of these
	Hash      string                       // of all files
	Warnings  []document.Problem
}

// Settings is magpie.yaml, which may be left out.
type Settings struct {
	Database string              `yaml:"database"`
	Tell     *scalar.Credentials `yaml:"tell"` // the web hook that is told what needs a person
	Settle   scalar.Duration     `yaml:"settle"`
	Lease    scalar.Duration     `yaml:"lease"` // how long an account waits for a machine that has died; several machines on Postgres
	Model    *Model              `yaml:"model"`
	Bots     []string            `yaml:"bots" empty:"no"` // handles that are never answered
	Testers  []string            `yaml:"testers"`         // the marketers\' own handles, for magpie push --test
	Words    OptWords            `yaml:"words"`           // more words that opt out and in

	Currency       scalar.Currency `yaml:"currency" empty:"no"`  // the shop's, in which spent is counted: USD
	Attention      *scalar.Rate    `yaml:"attention"`            // how many messages a person gets unasked: 2/week
	CodesPerServer *scalar.Rate    `yaml:"codes_per_server"`     // how many people of one server get a code of an offer without a person; 100/hour
	Approvers      []string        `yaml:"approvers" empty:"no"` // who may approve; empty: everybody but the author
}

// Model is an OpenAI-compatible server that may word answers.
type Model struct {
	Server      string              `yaml:"server" jsonschema:"required"`
	Name        string              `yaml:"name" jsonschema:"required"`
	Credentials *scalar.Credentials `yaml:"credentials"`
	Timeout     scalar.Duration     `yaml:"timeout"`
}

// OptWords are added to the words Magpie knows.
type OptWords struct {
	Stop  []string `yaml:"stop"`
	Start []string `yaml:"start"`
}

// Account is accounts/NAME.yaml: who speaks, to whom, how often.
type Account struct {
	Name        string              `yaml:"-"`
	Network     string              `yaml:"network" jsonschema:"required"`
	Server      string              `yaml:"server" jsonschema:"pattern=^(https://[^/@\\s]+/?|http://(127\\.0\\.0\\.1|localhost|\\[::1\\])(:\\d+)?/?)$"`
	Handle      string              `yaml:"handle"`
	About       string              `yaml:"about" jsonschema:"required,minLength=1"`
	Language    string              `yaml:"language" jsonschema:"required,pattern=^[a-z]{2\\,3}(-[A-Za-z0-9]+)*$"`
	Timezone    scalar.Zone         `yaml:"timezone" jsonschema:"required"`
	Credentials *scalar.Credentials `yaml:"credentials"`
	Quiet       *scalar.Hours       `yaml:"quiet" empty:"no"`
	Pace        Pace                `yaml:"pace"`
	Unlisted    bool                `yaml:"unlisted"`
	Characters  int                 `yaml:"characters" jsonschema:"minimum=0"` // that the server allows, where that is not 500
	SilentAfter scalar.Duration     `yaml:"silent_after"`                      // warn when nothing went out for so long
	Kind        network.Kind        `yaml:"-"`
	// Choices are the block of the account's network, under its name; nil: the file has none.
	Choices network.Choices `yaml:"-"`

	kinds  []network.Kind
	blocks map[string]network.Choices // all that the file has, of other networks too
}

// Pace bounds what an account does by itself.
type Pace struct {
	Posts          *scalar.Rate   `yaml:"posts"`
	Direct         *scalar.Rate   `yaml:"direct"`
	KeptForAnswers scalar.Percent `yaml:"kept_for_answers"`
}

// Campaign is campaigns/NAME.yaml: one goal, one offer, several steps.
type Campaign struct {
	Name       string         `yaml:"-"`
	Title      string         `yaml:"title" jsonschema:"required,minLength=1"`
	From       *scalar.Date   `yaml:"from" empty:"no"`
	Until      *scalar.Date   `yaml:"until" empty:"no"`
	Offer      string         `yaml:"offer"`
	Approval   string         `yaml:"approval" empty:"no" jsonschema:"enum=required,enum=none"`
	Disclosure string         `yaml:"disclosure" empty:"no"`                                 // put before every text, for example "Ad:"
	Fit        string         `yaml:"fit" jsonschema:"enum=refuse,enum=shorten,enum=thread"` // what becomes of a text that is too long
	Holdout    scalar.Percent `yaml:"holdout" empty:"no"`                                    // the share that mailings leave out, to tell the effect
	Steps      Steps          `yaml:"steps" jsonschema:"required"`
}

// Steps keep the order of the file.
type Steps []*Step

// Step is one line of action: when, to whom, say what.
type Step struct {
	Name      string            `yaml:"-"`
	Campaign  *Campaign         `yaml:"-"`
	Accounts  []string          `yaml:"accounts" jsonschema:"required"`
	Schedule  string            `yaml:"schedule" empty:"no"`
	At        *scalar.LocalTime `yaml:"at" empty:"no"`
	Cron      string            `yaml:"cron" empty:"no"`
	Mention   *Match            `yaml:"mention"`
	To        *To               `yaml:"to"`
	For       string            `yaml:"for" empty:"no"`
	Grants    string            `yaml:"grants" jsonschema:"enum=direct"`
	Say       Say               `yaml:"say" jsonschema:"required"`
	SayOthers string            `yaml:"say_others"`
	Private   bool              `yaml:"private"` // answer in private
	Image     *Image            `yaml:"image"`
	Images    []*Image          `yaml:"images"` // up to four, where the network takes so many
	GIF       *Image            `yaml:"gif"`    // one that moves, alone
	Video     *Image            `yaml:"video"`  // alone
	Late      Late              `yaml:"late"`
	FinishBy  *scalar.LocalTime `yaml:"finish_by" empty:"no"`
	Priority  int               `yaml:"priority" jsonschema:"minimum=0"`
	PerPerson *scalar.Rate      `yaml:"per_person" empty:"no"`
	Limit     *scalar.Rate      `yaml:"limit" empty:"no"`
	Ask       *Ask              `yaml:"ask"`

	place document.Problem `yaml:"-"` // where its time stands, or the step
}

// Problem is something to say about the step's time.
func (s *Step) Problem(text, hint string) document.Problem {
	p := s.place
	p.Text, p.Hint = text, hint
	return p
}

// Match says which mentions start a step.
type Match struct {
	Says []string `yaml:"says" jsonschema:"required"`
	Not  []string `yaml:"not" empty:"no"`
}

// To sends a step to people instead of to everybody.
type To struct {
	Segment string `yaml:"segment" jsonschema:"required"`
	By      string `yaml:"by" jsonschema:"required,enum=direct"`
}

// Say is a template's name, for all accounts or for each ("" is all).
type Say map[string]string

// For returns the template that account uses.
func (s Say) For(account string) string {
	if t, ok := s[account]; ok {
		return t
	}
	return s[""]
}

// Late says what to do with a post whose time has passed.
type Late struct {
	After scalar.Duration `yaml:"after"`
	Then  string          `yaml:"then" jsonschema:"enum=skip,enum=post,enum=ask"`
}

// Ask lets a model word the answer; the template answers when it fails.
type Ask struct {
	Instructions string   `yaml:"instructions" jsonschema:"required"`
	Forbidden    []string `yaml:"forbidden"`
	Mark         string   `yaml:"mark"` // how the answer is marked as AI-made
}

// Schedule is schedules/NAME.yaml.
type Schedule struct {
	Name     string          `yaml:"-"`
	Timezone string          `yaml:"timezone"` // account, or a zone
	Cron     string          `yaml:"cron" empty:"no" jsonschema:"required"`
	Except   []scalar.Date   `yaml:"except"`
	Jitter   scalar.Duration `yaml:"jitter"`
	Zone     *time.Location  `yaml:"-"` // nil: the account's
}

// Offer is an entry of campaigns/offers.yaml.
type Offer struct {
	Name      string          `yaml:"-"`
	Value     string          `yaml:"value" jsonschema:"required,minLength=1"`
	Codes     *scalar.Pool    `yaml:"codes" jsonschema:"required"`
	PerPerson int             `yaml:"per_person" empty:"no" jsonschema:"minimum=1"`
	Limit     int             `yaml:"limit" empty:"no" jsonschema:"minimum=1"` // made codes: at most so many
	Valid     scalar.Duration `yaml:"valid" empty:"no"`
	From      *scalar.Date    `yaml:"from" empty:"no"`
	Until     *scalar.Date    `yaml:"until" empty:"no"`
	Link      string          `yaml:"link" jsonschema:"pattern=^https?://"`
	SoldOut   bool            `yaml:"sold_out"`

	Discount *scalar.Discount `yaml:"discount" empty:"no"` // what a code takes off the price
	Uses     Uses             `yaml:"uses" empty:"no"`
	Budget   *scalar.Money    `yaml:"budget" empty:"no"`                                     // of all discounts together
	Least    *scalar.Money    `yaml:"least" empty:"no"`                                      // the least value of an order
	Most     *scalar.Money    `yaml:"most" empty:"no"`                                       // the largest discount
	OnRefund string           `yaml:"on_refund" empty:"no" jsonschema:"enum=free,enum=keep"` // a full refund: free, the default, gives the use back
	OnCancel string           `yaml:"on_cancel" empty:"no" jsonschema:"enum=free,enum=keep"` // a cancelled order, likewise
}

// Uses are how often the codes of an offer may be used in orders, all of them together and by one customer; 0, which is not written: as
// often as one likes.
type Uses struct {
	Ever   int `yaml:"ever" empty:"no" jsonschema:"minimum=1"`
	Day    int `yaml:"day" empty:"no" jsonschema:"minimum=1"`
	Week   int `yaml:"week" empty:"no" jsonschema:"minimum=1"`
	Month  int `yaml:"month" empty:"no" jsonschema:"minimum=1"`
	Person int `yaml:"person" empty:"no" jsonschema:"minimum=1"`
}

// Template is one text in all its languages and variants.
type Template struct {
	Name  string
	Texts []Text
}

// Text is templates/NAME.LANGUAGE[.VARIANT].tmpl.
type Text struct {
	File, Language, Variant string
	*render.Template
}

// In returns the texts in a language, variants in order; in the main language
// where there is none (zh-TW falls back to zh).
func (t *Template) In(language string) (out []Text) {
	for _, x := range t.Texts {
		if x.Language == language {
			out = append(out, x)
		}
	}
	if main := mainLanguage(language); len(out) == 0 && main != language {
		return t.In(main)
	}
	return out
}

// OfferOf returns the offer that a step promises, or nil.
func (s *Set) OfferOf(step *Step) *Offer { return s.Offers[step.Campaign.Offer] }

// Personal tells whether what the step says is for one person's eyes: it goes
// to people, or it gives a code of their own.
func (s *Set) Personal(step *Step) bool {
	if step.To != nil || step.Private {
		return true
	}
	o := s.OfferOf(step)
	return step.Mention != nil && o != nil && o.Codes != nil && o.Codes.Kind != "shared" && s.usesCode(step)
}

// usesCode tells whether any text of the step shows a code, or a link with one.
func (s *Set) usesCode(step *Step) bool {
	for _, name := range step.Say {
		if t := s.Templates[name]; t != nil && t.Shows(s.OfferOf(step)) {
			return true
		}
	}
	return false
}

// Shows tells whether any text of the template shows a code, or a link with one.
func (t *Template) Shows(o *Offer) bool {
	for _, x := range t.Texts {
		if x.Uses("code") || o != nil && x.Uses("link") && holdsCode(o.Link) {
			return true
		}
	}
	return false
}

// HoldsCode tells whether fixed words show a code, or a link with one.
func HoldsCode(words string, o *Offer) bool {
	if t := render.Fixed(words); t != nil {
		return t.Uses("code") || t.Uses("link") && holdsCode(o.Link)
	}
	return strings.Contains(words, "{code}") || strings.Contains(words, "{link}") && holdsCode(o.Link)
}
