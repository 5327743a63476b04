package x

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"magpie/internal/network"
)

// user is an account on X.
type user struct {
	ID          string  `json:"id"`
	Username    string  `json:"username"`
	Name        string  `json:"name"`
	Description string  `json:"description"`
	Protected   bool    `json:"protected"`
	Metrics     numbers `json:"public_metrics"`
	Affiliation struct {
		Description string `json:"description"`
	} `json:"affiliation"`
}

// automated tells whether the account carries X's label for bots.
func (u user) automated() bool { return strings.EqualFold(u.Affiliation.Description, "automated") }

// userFields are what is asked for of a person.
const userFields = "description,public_metrics,affiliation"

type numbers struct {
	Followers int `json:"followers_count"`
}

func (u user) person() network.Person {
	return network.Person{ID: u.ID, Handle: u.Username, Name: u.Name, Followers: u.Metrics.Followers, Bot: u.automated(),
		NoBot: strings.Contains(strings.ToLower(u.Description), "#nobot")}
}

// post is a post on X. X renamed some fields in 2026; both names are read.
type post struct {
	ID         string     `json:"id"`
	Text       string     `json:"text"`
	Author     string     `json:"author_id"`
	Thread     string     `json:"conversation_id"`
	At         time.Time  `json:"created_at"`
	Language   string     `json:"lang"`
	Referenced []referred `json:"referenced_tweets"`
	NewRefs    []referred `json:"referenced_posts"`
	Note       longer     `json:"note_tweet"`
	NewNote    longer     `json:"note_post"`
	Entities   entities   `json:"entities"`
	Metrics    figures    `json:"public_metrics"`
}

type referred struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// longer is the whole of a post of more than 280 characters.
type longer struct {
	Text     string   `json:"text"`
	Entities entities `json:"entities"`
}

type entities struct {
	URLs     []short `json:"urls"`
	Mentions []named `json:"mentions"`
}

// short is a link as X shows it.
type short struct {
	URL      string `json:"url"`
	Expanded string `json:"expanded_url"`
	Media    string `json:"media_key"`
}

type named struct {
	ID       string `json:"id"`
	Username string `json:"username"`
}

// answers is the id of the post that p replies to, or "".
func (p post) answers() string {
	for _, r := range append(p.Referenced, p.NewRefs...) {
		if r.Type == "replied_to" {
			return r.ID
		}
	}
	return ""
}

// whole is the text with its entities, also of a post that is shown cut.
func (p post) whole() (string, entities) {
	for _, n := range []longer{p.Note, p.NewNote} {
		if n.Text != "" {
			return n.Text, n.Entities
		}
	}
	return p.Text, p.Entities
}

// words is the text as its author wrote it.
func (p post) words() string { return asWritten(p.whole()) }

// named are those whom the post names.
func (p post) named() []named {
	_, e := p.whole()
	return e.Mentions
}

// shown is the link that X adds at the end for pictures and videos.
var shown = regexp.MustCompile(`^https://(?:x|twitter)\.com/.+/(?:photo|video)/\d+$`)

// asWritten puts whole links in the place of X's short ones, and takes out the one
// that X adds.
func asWritten(text string, e entities) string { return e.whole(e.cut(text)) }

// cut takes out the links that X adds, or that look so.
func (e entities) cut(text string) string {
	text = strings.TrimSpace(html.UnescapeString(text))
	for _, u := range slices.Backward(e.URLs) {
		if before, last := strings.CutSuffix(text, u.URL); last && (u.Media != "" || shown.MatchString(u.Expanded)) {
			text = strings.TrimSpace(before)
		}
	}
	return text
}

// whole puts whole links in the place of short ones.
func (e entities) whole(text string) string {
	for _, u := range e.URLs {
		text = strings.ReplaceAll(text, u.URL, u.Expanded)
	}
	return text
}

// mayRead tells whether a text is shown as ours: a link of our own at the end may
// look like one of X's.
func (e entities) mayRead(ours, text string, equal func(there, ours string) bool) bool {
	return equal(asWritten(text, e), ours) || equal(e.whole(html.UnescapeString(text)), ours) || slices.ContainsFunc(e.URLs,
		func(link short) bool {
			return (link.Media != "" || shown.MatchString(link.Expanded)) &&
				equal(e.whole(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(html.UnescapeString(text)), link.URL))), ours)
		})
}

// page is one page of posts, messages or people. A success may carry errors
// beside the data; they concern single items.
type page[T any] struct {
	Data     []T       `json:"-"`
	Lost     int       `json:"-"` // items that can't be read
	Errors   []problem `json:"errors"`
	Includes struct {
		Users []user `json:"users"`
	} `json:"includes"`
	Meta *struct {
		Newest string `json:"newest_id"`
		Next   string `json:"next_token"`
	} `json:"meta"`
}

// UnmarshalJSON reads the items one by one.
func (p *page[T]) UnmarshalJSON(b []byte) error {
	type rest page[T] // without this method
	var all struct {
		*rest
		Data []json.RawMessage `json:"data"`
	}
	all.rest = (*rest)(p)
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	p.Data, p.Lost = network.Items[T](all.Data)
	return nil
}

// check fails for a page that says nothing: that is not the same as an empty one.
func (p page[T]) check() error {
	switch {
	case p.Meta != nil || len(p.Data)+p.Lost > 0:
		return nil
	case len(p.Errors) > 0:
		return network.Fail(network.Busy, "X says: %s", network.Quote(problem{Errors: p.Errors}.words(), nil))
	}
	return rubbish(http.MethodGet)
}

// next is the token of the page that follows, or "".
func (p page[T]) next() string {
	if p.Meta == nil {
		return ""
	}
	return p.Meta.Next
}

// users are those of the page by id.
func (p page[T]) users() map[string]user {
	out := map[string]user{}
	for _, u := range p.Includes.Users {
		out[u.ID] = u
	}
	return out
}

// address is where people see a post.
func address(id string) string { return "https://x.com/i/web/status/" + id }

// fields asks for more than id and text. X calls the query post.fields on some
// servers; see asking.
func fields(newNames bool) url.Values {
	name, refs := "tweet.fields", "referenced_tweets,note_tweet"
	if newNames {
		name, refs = "post.fields", "referenced_posts,note_post"
	}
	return url.Values{name: {"created_at,author_id,conversation_id,lang,entities,public_metrics," + refs}, "expansions": {"author_id"},
		"user.fields": {userFields}}
}

// renamed tells whether a server refused the name of a query: it may know the
// other one.
func renamed(err error) bool {
	return statusOf(err) == http.StatusBadRequest && (strings.Contains(said(err), "fields") || strings.Contains(said(err), "referenced_"))
}
