package sandbox

import (
	"net/http"
	"strings"
	"unicode/utf8"
)

// writing is the page on which somebody writes as a follower.
type writing struct {
	To, Display, Person, Text, Problem string
	Private                            bool
}

// writeForm is GET /sandbox/write?to=NAME.
func (s *Server) writeForm(w http.ResponseWriter, r *http.Request) {
	v := writing{To: r.FormValue("to"), Person: "you"}
	s.do(func() {
		if a := s.find(v.To); a != nil && a.brand {
			v.Display = a.display
		}
	})
	if v.Display == "" {
		writeProblem(w, errNotFound)
		return
	}
	show(w, http.StatusOK, "write.html", v, "form-action 'self'")
}

// writeAs is POST /sandbox/write: the person follows the account, if need be, and says it.
func (s *Server) writeAs(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	v := writing{To: r.FormValue("to"), Person: strings.TrimPrefix(strings.TrimSpace(r.FormValue("person")), "@"),
		Text:    strings.TrimSpace(r.FormValue("text")),
		Private: r.FormValue("private") != ""}
	s.do(func() {
		if a := s.find(v.To); a != nil && a.brand {
			v.Display = a.display
		}
		if other := s.find(v.Person); other != nil && other.brand {
			v.Problem = "@" + v.Person + " is an account of the brand: write as somebody else."
		}
	})
	switch {
	case v.Display == "":
		writeProblem(w, errNotFound)
		return
	case v.Person == "" || utf8.RuneCountInString(v.Person) > 100:
		v.Problem = "Say who writes: a name such as mei, or mei@server.example."
	case v.Text == "" || utf8.RuneCountInString(v.Text) > 5000:
		v.Problem = "Write something, of up to 5,000 characters."
	}
	if v.Problem != "" {
		show(w, http.StatusUnprocessableEntity, "write.html", v, "form-action 'self'")
		return
	}
	p := s.Person(v.Person)
	if r.FormValue("follow") != "" {
		p.Follow(v.To)
	}
	if v.Private {
		p.SayDirect(v.Text, v.To)
	} else {
		p.Say(v.Text, v.To)
	}
	http.Redirect(w, r, "/@"+v.To, http.StatusSeeOther)
}

// markBot is POST /sandbox/mark: what the account's owner does in the profile's settings.
func (s *Server) markBot(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	found := false
	s.do(func() {
		if a := s.find(r.FormValue("account")); a != nil && a.brand {
			a.bot, found = true, true
		}
	})
	if !found {
		writeProblem(w, errNotFound)
		return
	}
	http.Redirect(w, r, "/@"+r.FormValue("account"), http.StatusSeeOther)
}
