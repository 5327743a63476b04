package sandbox

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// loginForm is what the page of /oauth/authorize shows, or what is wrong.
type loginForm struct {
	Problem  string
	App      string
	Scopes   []string
	Accounts []string
	Hidden   url.Values
	Code     string // shown where there is no address to go back to
}

// showLogin is GET /oauth/authorize: whose account shall the app use?
func (s *Server) showLogin(w http.ResponseWriter, r *http.Request) {
	form := loginForm{Hidden: url.Values{}}
	s.do(func() {
		a, problem := s.wantsCode(r.FormValue)
		if form.Problem = problem; problem != "" {
			return
		}
		form.App, form.Scopes = a.name, strings.Fields(cmp.Or(r.FormValue("scope"), "read"))
		for _, b := range s.world.brands {
			form.Accounts = append(form.Accounts, b.name)
		}
	})
	for _, name := range []string{"client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method"} {
		if r.Form.Has(name) {
			form.Hidden.Set(name, r.FormValue(name))
		}
	}
	showForm(w, form)
}

// login is POST /oauth/authorize: it hands out a code.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	text := rand.Text()
	problem := ""
	s.do(func() { problem = s.grantCode(r.FormValue, text) })
	back := r.FormValue("redirect_uri")
	switch {
	case problem != "":
		showForm(w, loginForm{Problem: problem})
	case back == outOfBand:
		showForm(w, loginForm{Code: text})
	default:
		answer := url.Values{"code": {text}}
		if state := r.FormValue("state"); state != "" {
			answer.Set("state", state)
		}
		http.Redirect(w, r, withQuery(back, answer), http.StatusFound)
	}
}

func (s *Server) grantCode(value func(string) string, text string) (problem string) {
	a, problem := s.wantsCode(value)
	if problem != "" {
		return problem
	}
	account := s.find(value("account"))
	if account == nil || !account.brand {
		return "There is no such account here."
	}
	s.oauth.codes[text] = code{
		token:    token{account: account, app: a, scopes: strings.Fields(cmp.Or(value("scope"), "read"))},
		redirect: value("redirect_uri"), challenge: value("code_challenge"), until: s.now().Add(codeLife),
	}
	return ""
}

// wantsCode checks what an app asks for.
func (s *Server) wantsCode(value func(string) string) (a *app, problem string) {
	a = s.oauth.apps[value("client_id")]
	switch {
	case a == nil:
		return nil, "Client authentication failed due to unknown client."
	case value("response_type") != "code":
		return nil, "The authorization server does not support this response type."
	case !slices.Contains(a.redirects, value("redirect_uri")):
		return nil, "The redirect uri included is not valid."
	case !subset(strings.Fields(cmp.Or(value("scope"), "read")), a.scopes):
		return nil, "The requested scope is invalid, unknown, or malformed."
	case value("code_challenge") != "" && value("code_challenge_method") != "S256":
		return nil, "The code_challenge_method must be S256."
	}
	return a, ""
}

func showForm(w http.ResponseWriter, form loginForm) {
	status := http.StatusOK
	if form.Problem != "" {
		status = http.StatusBadRequest
	}
	// A form that leads back to the app: the browser asks form-action of that too.
	show(w, status, "login.html", form, "form-action *")
}
