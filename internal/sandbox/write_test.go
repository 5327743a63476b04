package sandbox

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A person writes as a follower on the page, in public and in private; nonsense is said in
// words and keeps what was typed, and another site can't send the form.
func TestWriteAsAFollower(t *testing.T) {
	s, err := Start(Options{Accounts: []Account{{Name: "shop", Display: "The shop"}}, Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	post := func(origin string, form url.Values) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/sandbox/write", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(b)
	}
	form := func(person, text string, more ...string) url.Values {
		v := url.Values{"to": {"shop"}, "person": {person}, "text": {text}}
		for _, m := range more {
			v.Set(m, "on")
		}
		return v
	}
	if code, _ := post("https://evil.example", form("eve", "deal")); code != http.StatusForbidden {
		t.Errorf("another site is answered %d", code)
	}
	for _, bad := range []url.Values{form("", "deal"), form("mei", " "), form("shop", "deal"), form("mei", strings.Repeat("长", 6000))} {
		if code, page := post(s.URL(), bad); code != http.StatusUnprocessableEntity || !strings.Contains(page, `role="alert"`) {
			t.Errorf("%.40q is answered %d", bad, code)
		}
	}
	if code, _ := post(s.URL(), form("@mei@far.example", "优惠 <b>please</b>", "follow")); code != http.StatusSeeOther {
		t.Errorf("answered %d", code)
	}
	if code, _ := post(s.URL(), form("mei@far.example", "just between us", "private")); code != http.StatusSeeOther {
		t.Errorf("answered %d", code)
	}
	resp, err := http.Get(s.URL() + "/@shop")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	if page := string(b); !strings.Contains(page, "优惠 &lt;b&gt;please") || !strings.Contains(page, "just between us") ||
		!strings.Contains(page, "<b>1</b> followers") ||
		!strings.Contains(page, `href="/sandbox/write?to=shop"`) {
		t.Errorf("the page shows %s", page)
	}
}

// An account that somebody makes is not marked as a bot until its owner does so: by the
// page, as in the profile's settings.
func TestMarkAsBot(t *testing.T) {
	s, _ := start(t, Options{Quiet: true, Accounts: []Account{{Name: "shop"}, {Name: "new", Unmarked: true}}})
	page := func() string {
		resp, err := http.Get(s.URL())
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		return string(b)
	}
	if n := strings.Count(page(), "Not marked as a bot"); n != 1 {
		t.Errorf("%d accounts are not marked", n)
	}
	resp, err := http.PostForm(s.URL()+"/sandbox/mark", url.Values{"account": {"new"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if strings.Contains(page(), "Not marked as a bot") {
		t.Error("it is still not marked")
	}
}
