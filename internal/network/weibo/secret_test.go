package weibo

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/weibo/weibofake"
)

// shows tells where one of these secrets shows in x.
func shows(x any, secrets ...string) string {
	text, _ := json.Marshal(x)
	for _, form := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, s := range secrets {
			if all := fmt.Sprintf(form, x) + string(text); strings.Contains(all, s) {
				return form + ": " + s
			}
		}
	}
	return ""
}

// Weibo says our secrets back to us, as a text or as a code's words: no error
// says them on, and no address has them.
func TestSecrets(t *testing.T) {
	t.Parallel()
	d, m := signedIn(t, weibofake.Options{Quota: -1})
	secrets := []string{d.a.Token, weibofake.DefaultSecret}
	for _, body := range []string{`{"error_code":21332,"error":"%s %s"}`,
		`{"error_code":"20021","error":"","error_description":"%s and %s"}`, `{"error_code":10001,"error":"%s%s"}`, "<html>%s %s"} {
		for _, status := range []int{200, 400, 401, 403, 429, 500} {
			rule := weibofake.Rule{Status: status, Body: fmt.Sprintf(body, d.a.Token, weibofake.DefaultSecret), Times: -1}
			calls := d.methods()
			calls["exchange"] = d.exchange
			d.s.Fail(rule)
			for what, call := range calls {
				if err := call(); shows(err, secrets...) != "" || err == nil && status >= 400 {
					t.Errorf("%s: %v shows %s", what, err, shows(err, secrets...))
				}
			}
			d.s.Heal()
		}
	}
	for _, r := range d.s.Requests() {
		if where := shows(r.Path+" "+r.Query.Encode(), secrets...); where != "" {
			t.Errorf("%s %s", r.Path, where)
		}
	}
	g := d.grant()
	g.Page(home)
	for _, x := range []any{d.c, g, m.tokens, d.set.Secret} {
		if where := shows(x, secrets...); where != "" {
			t.Errorf("%T shows %s", x, where)
		}
	}
}

// exchange is a sign-in with a code that is none.
func (d *desk) exchange() error {
	g := d.grant()
	page := g.Page(home)
	_, state, _ := strings.Cut(page, "state=")
	return g.Exchange(d.Context(), home+"?code=1&state="+state)
}

// Nothing is sent to where an answer points.
func TestRedirects(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{})
	elsewhere := weibofake.Open(t, weibofake.Options{})
	for _, status := range []int{301, 302, 303, 307, 308} {
		for what, call := range d.methods() {
			d.s.Fail(weibofake.Rule{Status: status, Body: "go",
				Header: map[string][]string{"Location": {elsewhere.URL + "/2/account/get_uid.json"}}})
			err := call()
			if r := network.ReasonOf(err); err == nil || r == network.SignedOut {
				t.Errorf("%s, %d: %v", what, status, err)
			}
			d.s.Heal()
		}
	}
	if n := len(elsewhere.Requests()); n != 0 {
		t.Errorf("followed %d times", n)
	}
}

// The cut and the cancelled call: nothing is known of a post, a reading is made again.
func TestCut(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{Quota: -1})
	for _, stored := range []bool{true, false} {
		for what, call := range d.methods() {
			want := network.Busy
			if what == "publish" {
				want = network.Unknown
			}
			d.s.Fail(weibofake.Rule{Drop: true, AfterStoring: stored, Times: -1})
			if err := call(); err == nil || network.ReasonOf(err) != want {
				t.Errorf("%s: %v (%s), want %s", what, err, network.ReasonOf(err), want)
			}
			d.s.Heal()
		}
	}
}
