package xfake

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// wanted is the body of POST /2/tweets: all fields that the OpenAPI file has.
type wanted struct {
	Text  *string `json:"text"`
	Media *struct {
		IDs    []string `json:"media_ids"`
		Tagged []string `json:"tagged_user_ids"`
	} `json:"media"`
	Poll *struct {
		Options  []string `json:"options"`
		Minutes  int      `json:"duration_minutes"`
		Settings string   `json:"reply_settings"`
	} `json:"poll"`
	Reply *struct {
		To      string   `json:"in_reply_to_tweet_id"`
		Exclude []string `json:"exclude_reply_user_ids"`
		Auto    *bool    `json:"auto_populate_reply_metadata"`
	} `json:"reply"`
	Settings  string  `json:"reply_settings"`
	Quote     string  `json:"quote_tweet_id"`
	Community string  `json:"community_id"`
	Edit      *object `json:"edit_options"`
	AI        bool    `json:"made_with_ai"`
	Paid      bool    `json:"paid_partnership"`
	Nullcast  bool    `json:"nullcast"`
	Card      string  `json:"card_uri"`
	Link      string  `json:"direct_message_deep_link"`
	Followers bool    `json:"for_super_followers_only"`
	Geo       *object `json:"geo"`
	Share     bool    `json:"share_with_followers"`
}

// textLimit is the weighted length of a post (docs/networks.md, X, Length).
const textLimit = 280

// premiumLimit is that of accounts with Premium.
const premiumLimit = 25_000

func (s *Server) longest() int {
	if s.options.Premium {
		return premiumLimit
	}
	return textLimit
}

// postTweet is POST /2/tweets.
func (s *Server) postTweet(c *call) (any, error) {
	var in wanted
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	p := &post{author: c.me, ai: in.AI, paid: in.Paid}
	for _, check := range []func(*wanted, *post) error{s.takeText, s.takeMedia, s.takeReply, s.takeQuote, s.takePoll, s.once} {
		if err := check(&in, p); err != nil {
			return nil, err
		}
	}
	if err := s.pay(s.price(p)); err != nil {
		return nil, err
	}
	s.store(p)
	c.status = http.StatusCreated
	return object{"data": s.wirePost(p, []string{s.rename("edit_history_tweet_ids")})}, nil
}

func (s *Server) price(p *post) int64 {
	switch {
	case p.parent != nil && p.parent.author != p.author:
		return priceSummoned
	case len(s.links(p.text)) > 0:
		return priceLink
	}
	return priceCreate
}

var cashtag = regexp.MustCompile(`(?:^|\s)\$[A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?\b`)

func (s *Server) takeText(in *wanted, p *post) error {
	if in.Text != nil {
		p.text = strings.TrimSpace(*in.Text)
	}
	switch {
	case p.text == "" && in.Media == nil:
		return invalid("text", "", "Either text or media is required: the text is empty.")
	case s.options.Length != nil && s.options.Length(p.text) > s.longest():
		return plain(http.StatusBadRequest, "Your Tweet text is too long. For more information on how Twitter determines text length see "+
			"https://github.com/twitter/twitter-text.").as("invalid-request")
	case len(cashtag.FindAllString(p.text, 2)) > 1:
		return forbidden("Posts are limited to a maximum of one cashtag.")
	}
	return nil
}

// as gives a problem a type.
func (p *problem) as(kind string) *problem {
	p.body["type"] = problemsAt + kind
	return p
}

func (s *Server) takeMedia(in *wanted, p *post) error {
	if in.Media == nil {
		return nil
	}
	ids := in.Media.IDs
	all := strings.Join(ids, ",")
	if len(ids) == 0 || len(ids) > 4 {
		return invalid("media.media_ids", all, "$.media.media_ids: must have 1 to 4 items")
	}
	for _, id := range ids {
		m := s.media[id]
		if m == nil || m.owner != p.author || !m.ready() || !s.now().Before(m.until) || !strings.HasPrefix(m.category, "tweet_") {
			return invalid("media.media_ids", all, "Your media IDs are invalid.")
		}
		p.media = append(p.media, m)
	}
	if len(ids) > 1 && slices.ContainsFunc(p.media, func(m *media) bool { return m.category != "tweet_image" }) {
		return invalid("media.media_ids", all, "A post has up to 4 photos, or 1 GIF, or 1 video.")
	}
	return nil
}

func (s *Server) takePoll(in *wanted, p *post) error {
	if in.Poll == nil {
		return nil
	}
	bad := slices.ContainsFunc(in.Poll.Options, func(x string) bool { return x == "" || len([]rune(x)) > 25 })
	if n := len(in.Poll.Options); bad || n < 2 || n > 4 || in.Poll.Minutes < 5 || in.Poll.Minutes > 10080 || p.media != nil {
		return invalid("", "", "$.poll: 2 to 4 options of 1 to 25 characters, 5 to 10080 minutes, and no media")
	}
	return nil
}

// once refuses the text of a recent post of the account (docs/networks.md, X, Same text again).
func (s *Server) once(_ *wanted, p *post) error {
	if p.text == "" {
		return nil
	}
	lead := s.leading(&post{author: p.author, parent: p.parent, written: s.names(p.text), exclude: p.exclude})
	for _, x := range s.posts {
		if x.author == p.author && !x.deleted && x.lead+x.text == lead+p.text && s.now().Sub(x.at) < s.options.DuplicateWindow {
			return forbidden("You are not allowed to create a Tweet with duplicate content.")
		}
	}
	return nil
}
