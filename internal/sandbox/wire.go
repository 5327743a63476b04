package sandbox

import "time"

// The shapes of the API (Mastodon documentation, Entities).

type object map[string]any

type wireAccount struct {
	ID             string   `json:"id"`
	Username       string   `json:"username"`
	Acct           string   `json:"acct"`
	URI            string   `json:"uri"`
	URL            string   `json:"url"`
	DisplayName    string   `json:"display_name"`
	Note           string   `json:"note"`
	Locked         bool     `json:"locked"`
	Bot            bool     `json:"bot"`
	Group          bool     `json:"group"`
	Discoverable   bool     `json:"discoverable"`
	CreatedAt      string   `json:"created_at"`
	Avatar         string   `json:"avatar"`
	AvatarStatic   string   `json:"avatar_static"`
	Header         string   `json:"header"`
	HeaderStatic   string   `json:"header_static"`
	FollowersCount int      `json:"followers_count"`
	FollowingCount int      `json:"following_count"`
	StatusesCount  int      `json:"statuses_count"`
	LastStatusAt   *string  `json:"last_status_at"`
	Emojis         []object `json:"emojis"`
	Fields         []object `json:"fields"`
	Source         object   `json:"source,omitempty"`
}

type wireStatus struct {
	ID                 string        `json:"id"`
	CreatedAt          string        `json:"created_at"`
	InReplyToID        *string       `json:"in_reply_to_id"`
	InReplyToAccountID *string       `json:"in_reply_to_account_id"`
	Sensitive          bool          `json:"sensitive"`
	SpoilerText        string        `json:"spoiler_text"`
	Visibility         string        `json:"visibility"`
	Language           *string       `json:"language"`
	URI                string        `json:"uri"`
	URL                string        `json:"url"`
	RepliesCount       int           `json:"replies_count"`
	ReblogsCount       int           `json:"reblogs_count"`
	FavouritesCount    int           `json:"favourites_count"`
	QuotesCount        int           `json:"quotes_count"`
	EditedAt           *string       `json:"edited_at"`
	Content            string        `json:"content"`
	Text               *string       `json:"text,omitempty"`
	Reblog             *wireStatus   `json:"reblog"`
	Account            wireAccount   `json:"account"`
	MediaAttachments   []wireMedium  `json:"media_attachments"`
	Mentions           []wireMention `json:"mentions"`
	Tags               []object      `json:"tags"`
	Emojis             []object      `json:"emojis"`
	Card               any           `json:"card"`
	Poll               any           `json:"poll"`
	LocalOnly          bool          `json:"local_only,omitempty"`
	// What a status says only to somebody who is logged in.
	Favourited *bool `json:"favourited,omitempty"`
	Reblogged  *bool `json:"reblogged,omitempty"`
	Muted      *bool `json:"muted,omitempty"`
	Bookmarked *bool `json:"bookmarked,omitempty"`
}

type wireMention struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	URL      string `json:"url"`
	Acct     string `json:"acct"`
}

type wireMedium struct {
	ID          string  `json:"id"`
	Type        string  `json:"type"`
	URL         *string `json:"url"`
	PreviewURL  *string `json:"preview_url"`
	RemoteURL   *string `json:"remote_url"`
	Meta        object  `json:"meta"`
	Description *string `json:"description"`
	Blurhash    *string `json:"blurhash"`
}

type wireNotification struct {
	ID        string      `json:"id"`
	Type      string      `json:"type"`
	CreatedAt string      `json:"created_at"`
	GroupKey  string      `json:"group_key"`
	Account   wireAccount `json:"account"`
	Status    *wireStatus `json:"status,omitempty"`
	Filtered  bool        `json:"filtered,omitempty"`
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// maybe is null for an empty text.
func maybe(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func (s *Server) wireAccount(a *account) wireAccount {
	avatar := s.base + "/sandbox/avatar/" + a.id + ".svg"
	w := wireAccount{
		ID: a.id, Username: a.name, Acct: a.acct(), URI: s.accountURI(a), URL: s.accountURL(a),
		DisplayName: a.display, Note: s.content(a.note, entitiesOf(a.note)), Locked: a.locked, Bot: a.bot,
		Discoverable: true, CreatedAt: stamp(a.created.Truncate(24 * time.Hour)),
		Avatar: avatar, AvatarStatic: avatar, Header: avatar, HeaderStatic: avatar,
		FollowersCount: len(a.followers) + a.claimed, FollowingCount: len(a.following),
		StatusesCount: len(a.statuses), Emojis: []object{}, Fields: []object{},
	}
	if n := len(a.statuses); n > 0 {
		w.LastStatusAt = maybe(a.statuses[n-1].created.UTC().Format(time.DateOnly))
	}
	return w
}

func (s *Server) wireAccounts(all []*account) []wireAccount {
	out := make([]wireAccount, 0, len(all))
	for _, a := range all {
		out = append(out, s.wireAccount(a))
	}
	return out
}

func (s *Server) wireStatus(x *status, viewer *account) wireStatus {
	w := wireStatus{
		ID: x.id, CreatedAt: stamp(x.created), Sensitive: x.sensitive, SpoilerText: x.spoiler,
		Visibility: x.visibility, Language: maybe(x.language), URI: s.statusURI(x), URL: s.statusURL(x),
		RepliesCount: len(x.replies), ReblogsCount: len(x.boosts), FavouritesCount: len(x.favourites),
		Content: s.shows(x), Account: s.wireAccount(x.author), Emojis: []object{},
		MediaAttachments: []wireMedium{}, Mentions: []wireMention{}, Tags: []object{},
	}
	if x.parent != nil {
		w.InReplyToAccountID = &x.parent.author.id
		if !x.parent.deleted { // Mastodon forgets a parent that is gone
			w.InReplyToID = &x.parent.id
		}
	}
	if !x.edited.IsZero() {
		w.EditedAt = maybe(stamp(x.edited))
	}
	if x.reblog != nil {
		original := s.wireStatus(x.reblog, viewer)
		w.Reblog, w.Content = &original, original.Content
	}
	if viewer != nil {
		liked, boosted := x.favourites[viewer], x.boosts[viewer]
		w.Favourited, w.Reblogged, w.Muted, w.Bookmarked = &liked, &boosted, new(bool), new(bool)
	}
	w.LocalOnly = x.localOnly
	s.wireParts(&w, x)
	return w
}

func (s *Server) wireParts(w *wireStatus, x *status) {
	for _, a := range x.mentions {
		w.Mentions = append(w.Mentions, wireMention{ID: a.id, Username: a.name, URL: s.accountURL(a), Acct: a.acct()})
	}
	for _, tag := range x.tags {
		w.Tags = append(w.Tags, object{"name": tag, "url": s.tagURL(tag)})
	}
	for _, m := range x.media {
		w.MediaAttachments = append(w.MediaAttachments, s.wireMedium(m))
	}
}

func (s *Server) wireStatuses(all []*status, viewer *account) []wireStatus {
	out := make([]wireStatus, 0, len(all))
	for _, x := range all {
		out = append(out, s.wireStatus(x, viewer))
	}
	return out
}

func (s *Server) wireMedium(m *medium) wireMedium {
	w := wireMedium{ID: m.id, Type: "image", Description: maybe(m.alt), Meta: object{}}
	if m.width > 0 {
		w.Meta["original"] = object{"width": m.width, "height": m.height}
	}
	if m.wait == 0 {
		address := s.base + "/media/" + m.id
		w.URL, w.PreviewURL = &address, &address
	}
	return w
}

func (s *Server) wireNotification(n *notification, viewer *account) wireNotification {
	w := wireNotification{
		ID: n.id, Type: n.kind, CreatedAt: stamp(n.at), GroupKey: "ungrouped-" + n.id,
		Account: s.wireAccount(n.from), Filtered: n.filtered,
	}
	if n.status != nil {
		x := s.wireStatus(n.status, viewer)
		w.Status = &x
	}
	return w
}
