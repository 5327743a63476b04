package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// mentions makes n mentions, with favourites between that leave gaps in the ids.
func mentions(t *testing.T, s *Server, c client, n int) (ids []string) {
	t.Helper()
	post := c.post(object{"status": "hello"})
	ann := s.Person("ann@far.example")
	for i := range n {
		ann.Say(fmt.Sprint("question ", i), "outlet")
		s.Person(fmt.Sprint("p", i)).Favourite(post)
	}
	ids = c.must(http.StatusOK, "GET", "/api/v1/notifications?limit=80&types[]=mention", nil).ids()
	if len(ids) != n {
		t.Fatalf("%d mentions, want %d", len(ids), n)
	}
	slices.Reverse(ids)
	return ids
}

func TestMinIDClosesTheGapThatSinceIDLeaves(t *testing.T) {
	for _, ulids := range []bool{false, true} {
		s, c := start(t, Options{Variant: Variant{ULIDs: ulids}})
		all := mentions(t, s, c, 10)
		page := func(q string) []string {
			ids := c.must(http.StatusOK, "GET", "/api/v1/notifications?limit=3&types[]=mention&"+q, nil).ids()
			slices.Reverse(ids)
			return ids
		}
		for q, want := range map[string][]string{
			"since_id=" + all[1]: all[7:],
			"min_id=" + all[1]:   all[2:5],
			"min_id=0":           all[:3],
			"max_id=" + all[5]:   all[2:5],
			"max_id=" + all[5] + "&since_id=" + all[3]:   all[4:5],
			"max_id=" + all[5] + "&min_id=" + all[0]:     all[1:4],
			"min_id=" + all[9]:                           nil,
			"exclude_types[]=mention&min_id=" + all[0]:   nil,
			"account_id=" + s.Person("nobody").ID() + "": nil,
		} {
			if got := page(q); !slices.Equal(got, want) {
				t.Errorf("%s: got %v, want %v", q, got, want)
			}
		}
	}
}

var linkPart = regexp.MustCompile(`<([^>]+)>; rel="(\w+)"`)

func links(r reply) map[string]string {
	all := map[string]string{}
	for _, m := range linkPart.FindAllStringSubmatch(r.header.Get("Link"), -1) {
		u, err := url.Parse(m[1])
		if err != nil {
			r.t.Fatal(err)
		}
		all[m[2]] = u.RequestURI()
	}
	return all
}

func TestNotificationLinks(t *testing.T) {
	s, c := start(t, Options{})
	all := mentions(t, s, c, 5)
	r := c.must(http.StatusOK, "GET", "/api/v1/notifications?limit=2&types[]=mention", nil)
	next := c.must(http.StatusOK, "GET", links(r)["next"], nil)
	if got := next.ids(); !slices.Equal(got, []string{all[2], all[1]}) {
		t.Errorf("next: %v of %v", got, all)
	}
	if got := c.must(http.StatusOK, "GET", links(next)["prev"], nil).ids(); !slices.Equal(got, []string{all[4], all[3]}) {
		t.Errorf("prev: %v of %v", got, all)
	}
}

func TestFollowersPageByTheIDsOfFollows(t *testing.T) {
	s, c := start(t, Options{Followers: 95, Quiet: true})
	me := c.must(http.StatusOK, "GET", "/api/v1/accounts/verify_credentials", nil).text("id")
	seen := map[string]bool{}
	path := "/api/v1/accounts/" + me + "/followers?limit=80"
	for path != "" {
		r := c.must(http.StatusOK, "GET", path, nil)
		ids := r.ids()
		path = links(r)["next"]
		for _, id := range ids {
			if seen[id] {
				t.Fatalf("%s came twice", id)
			}
			seen[id] = true
			if strings.Contains(r.header.Get("Link"), id) {
				t.Fatal("the Link header pages by accounts")
			}
		}
	}
	if len(seen) != 95 {
		t.Errorf("%d followers", len(seen))
	}
	s.Person("ann").Follow("outlet")
	if got := c.must(http.StatusOK, "GET", "/api/v1/accounts/"+me+"/followers?limit=500", nil).ids(); len(got) != 80 {
		t.Errorf("%d at most 80", len(got))
	}
}

func TestOwnStatuses(t *testing.T) {
	s, c := start(t, Options{})
	me := c.must(http.StatusOK, "GET", "/api/v1/accounts/verify_credentials", nil).text("id")
	one := c.post(object{"status": "one"})
	ann := s.Person("ann")
	reply := c.post(object{"status": "@ann hi", "in_reply_to_id": ann.Say("hi", "outlet")})
	boost := c.must(http.StatusOK, "POST", "/api/v1/statuses/"+ann.Say("great", "outlet")+"/reblog", nil).text("id")
	for q, want := range map[string][]string{
		"":                     {boost, reply, one},
		"exclude_reblogs=true": {reply, one},
		"exclude_replies=true&exclude_reblogs=true": {one},
		"limit=1":               {boost},
		"limit=1&min_id=" + one: {reply},
		"max_id=" + reply:       {one},
	} {
		if got := c.must(http.StatusOK, "GET", "/api/v1/accounts/"+me+"/statuses?"+q, nil).ids(); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", q, got, want)
		}
	}
}
