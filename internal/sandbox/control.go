package sandbox

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// order is the body of a POST to /sandbox/api/; each call reads its own fields.
type order struct {
	Person    string   `json:"person"`
	Account   string   `json:"account"`
	Text      string   `json:"text"`
	To        []string `json:"to"`       // accounts that are named
	Direct    bool     `json:"direct"`   // only they may read it
	ReplyTo   string   `json:"reply_to"` // id of a status
	Display   string   `json:"display"`
	Note      string   `json:"note"`
	Language  string   `json:"language"`
	Followers int      `json:"followers"`
	Bot       bool     `json:"bot"`
	Drop      bool     `json:"drop"`   // cut all streams
	Repeat    *bool    `json:"repeat"` // send each event twice
	Fault
}

// control serves /sandbox/api/: the same as the methods of Server and Person,
// for other processes on this machine. Bodies and answers are JSON.
func (s *Server) control(mux *http.ServeMux) {
	for path, f := range map[string]func(order) string{
		"people": s.orderPerson, "say": s.orderSay, "streams": s.orderStreams,
		"answer":   func(o order) string { return s.ReplyAs(o.Account, o.ReplyTo, o.Text) },
		"follow":   func(o order) string { s.Person(o.Person).Follow(o.Account); return "" },
		"unfollow": func(o order) string { s.Person(o.Person).Unfollow(o.Account); return "" },
		"fail":     func(o order) string { o.Fault.Account = o.Account; s.Fail(o.Fault); return "" },
		"heal":     func(order) string { s.Heal(); return "" },
		"revoke":   func(o order) string { s.RevokeTokens(o.Account); return "" },
	} {
		mux.HandleFunc("POST /sandbox/api/"+path, func(w http.ResponseWriter, r *http.Request) { obey(w, r, f) })
	}
	for path, f := range map[string]func(r *http.Request) any{
		"posts":    func(r *http.Request) any { return append([]Status{}, s.Posts(r.FormValue("account"))...) },
		"inbox":    func(r *http.Request) any { return append([]Status{}, s.Person(r.FormValue("person")).Inbox()...) },
		"requests": func(*http.Request) any { return append([]Request{}, s.Requests()...) },
		"streams":  func(*http.Request) any { return object{"open": s.Streams(), "wanted": s.wanted()} },
	} {
		mux.HandleFunc("GET /sandbox/api/"+path, func(w http.ResponseWriter, r *http.Request) {
			writeJSON(w, http.StatusOK, f(r))
		})
	}
}

// obey reads an order and answers with the id that it led to, if any.
func obey(w http.ResponseWriter, r *http.Request, f func(order) string) {
	var o order
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxForm))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil && !errors.Is(err, io.EOF) {
		writeProblem(w, fail(http.StatusBadRequest, "the order can't be read: %v", err))
		return
	}
	writeJSON(w, http.StatusOK, object{"id": f(o)})
}

func (s *Server) orderPerson(o order) string {
	as := []Trait{About(o.Note), FollowedBy(o.Followers), Speaking(cmp.Or(o.Language, "en"))}
	if o.Display != "" {
		as = append(as, Called(o.Display))
	}
	if o.Bot {
		as = append(as, Automated())
	}
	return s.Person(o.Person, as...).ID()
}

func (s *Server) orderSay(o order) string {
	p := s.Person(o.Person)
	switch {
	case o.ReplyTo != "":
		return p.Reply(o.ReplyTo, o.Text)
	case o.Direct:
		return p.SayDirect(o.Text, o.To...)
	}
	return p.Say(o.Text, o.To...)
}

func (s *Server) orderStreams(o order) string {
	if o.Repeat != nil {
		s.RepeatEvents(*o.Repeat)
	}
	if o.Drop {
		s.DropStreams()
	}
	return ""
}
