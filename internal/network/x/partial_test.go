package x

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// Verify says who the account is, and what a person should change.
func TestVerify(t *testing.T) {
	t.Parallel()
	r := newRig(t, xfake.Options{Accounts: []xfake.Account{{Name: "brand", Title: "The Brand", Bot: true}}})
	self, err := r.c.Verify(t.Context())
	r.ok(err)
	if self.ID != r.s.ID("brand") || self.Handle != "brand" || !self.Bot || self.URL != "https://x.com/brand" || len(self.Notes) != 0 {
		t.Errorf("%+v", self)
	}
	r.s.Fail(xfake.Rule{Status: 200, Body: `{"data":{"id":"1","username":"brand","protected":true}}`})
	self, err = r.c.Verify(t.Context())
	if r.ok(err); self.Bot || !strings.Contains(strings.Join(self.Notes, ""), "protected") {
		t.Errorf("%+v", self)
	}
	r.s.Fail(xfake.Rule{Status: 200, Body: `{"errors":[{"detail":"Could not find user"}]}`})
	_, err = r.c.Verify(t.Context())
	r.fails(err, network.Busy)
}

// Errors without data are no empty page: nothing follows from them.
func TestErrorsWithoutDataAreNoEmptyPage(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	ann := r.s.Person("ann")
	m := replyRef(ann.Say("@brand old"))
	_, err := r.c.Verify(t.Context())
	r.ok(err)
	for _, body := range []string{`{"errors":[{"title":"Not Found Error","detail":"Could not find user"}]}`, `{"errors":[]}`, "{}", "null",
		`{"data":[]}`} {
		r.s.Fail(xfake.Rule{Method: "GET", Status: 200, Body: body, Times: -1})
		_, cursor, err := r.c.Events(t.Context(), "")
		if r.fails(err, network.Busy); cursor != "" {
			t.Errorf("%s: cursor %q", body, cursor)
		}
		_, err = r.c.Answered(t.Context(), m, nil)
		r.fails(err, network.Busy)
		_, err = r.c.Posts(t.Context(), time.Now())
		r.fails(err, network.Busy)
		_, _, err = r.c.Find(t.Context(), r.seal(network.Draft{Text: "x"}), time.Now(), func(string) bool { return false })
		r.fails(err, network.Busy)
		_, _, err = r.c.Followers(t.Context(), "")
		r.fails(err, network.Busy)
		r.s.Heal()
	}
}

// Errors beside data spoil nothing, in any reading.
func TestPartial(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	ann := r.s.Person("ann")
	_, cursor := r.drained("")
	m := replyRef(ann.Say("@brand hi"))
	ann.Message("brand", "psst")
	ann.Follow("brand")
	s := r.seal(network.Draft{Text: "hello", ReplyTo: m})
	_, err := r.c.Publish(t.Context(), s)
	r.ok(err)
	r.s.Fail(xfake.Rule{Method: "GET", Partial: true, Times: -1})
	_, err = r.c.Verify(t.Context())
	r.ok(err)
	if all, _ := r.events(cursor); len(all) != 2 {
		t.Errorf("%q", texts(all))
	}
	if people, _, err := r.c.Followers(t.Context(), ""); err != nil || len(people) != 1 {
		t.Errorf("%d followers, %v", len(people), err)
	}
	if yes, err := r.c.Answered(t.Context(), m, nil); !yes || err != nil {
		t.Error(err)
	}
	if _, found := r.find(s); !found {
		t.Error("not found")
	}
	if posts, err := r.c.Posts(t.Context(), time.Now().Add(-time.Minute)); err != nil || len(posts) != 1 {
		t.Errorf("%d posts, %v", len(posts), err)
	}
}
