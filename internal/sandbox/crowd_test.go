package sandbox

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestSeedMakesTheSamePeople(t *testing.T) {
	people := func(seed int64) (names []string) {
		s, c := start(t, Options{Followers: 40, Seed: seed, Quiet: true})
		var page []wireAccount
		c.must(200, "GET", "/api/v1/accounts/"+c.me()+"/followers?limit=80", nil).into(&page)
		for _, a := range page {
			names = append(names, a.Acct+" "+a.DisplayName)
		}
		if len(s.world.brands[0].followers) != 40 {
			t.Errorf("%d followers", len(s.world.brands[0].followers))
		}
		return names
	}
	one := people(1)
	if !slices.Equal(one, people(1)) || slices.Equal(one, people(2)) {
		t.Error("the seed does not decide who they are")
	}
	all := strings.Join(one, "\n")
	han := regexp.MustCompile(`\p{Han}`)
	chinese := 0
	for _, name := range one {
		if han.MatchString(name) {
			chinese++
		}
	}
	if chinese < 14 || chinese > 20 {
		t.Errorf("%d of 40 have Chinese names:\n%s", chinese, all)
	}
}

func TestPeopleReactAndComeToAnEnd(t *testing.T) {
	s, c := start(t, Options{Accounts: []Account{{Name: "outlet"}}, Followers: 100, Seed: 7, Tempo: 2 * time.Millisecond})
	var mu sync.Mutex
	var heard []Status
	s.OnPost(func(x Status) {
		mu.Lock()
		defer mu.Unlock()
		heard = append(heard, x)
	})
	// An account that answers everything for ever, which people must not.
	s.OnPost(func(x Status) {
		if !x.Brand && x.Visibility == "direct" {
			go s.ReplyAs("outlet", x.ID, "Your code: BF-7K2M-0001")
		} else if !x.Brand && len(x.Mentions) > 0 {
			go s.ReplyAs("outlet", x.ID, "We open at nine")
		}
	})
	c.post(object{"status": "Black Friday"})
	said := func(phrases ...string) bool {
		mu.Lock()
		defer mu.Unlock()
		return slices.ContainsFunc(heard, func(x Status) bool {
			return !x.Brand && slices.ContainsFunc(phrases, func(p string) bool { return strings.HasSuffix(x.Text, " "+p) })
		})
	}
	p := DefaultPhrases()
	for kind, phrases := range map[string]map[string][]string{
		"claims": p.Claims, "questions": p.Questions, "complaints": p.Complaints, "stops": p.Stops, "joins": p.Joins, "thanks": p.Thanks,
	} {
		for language, list := range phrases {
			within(t, 10*time.Second, language+" "+kind, func() bool { return said(list...) })
		}
	}
	for _, fans := range s.fansOf("outlet") {
		for thread, n := range fans.threads {
			if n > perThread || fans.said > messagesMax {
				t.Errorf("%s said %d in thread %s, %d in all", fans.a.name, n, thread, fans.said)
			}
		}
	}
}

func (s *Server) fansOf(brand string) (all []fan) {
	s.do(func() {
		for _, f := range s.crowd.fans[s.find(brand)] {
			g := *f
			g.threads = map[string]int{}
			for k, v := range f.threads {
				g.threads[k] = v
			}
			all = append(all, g)
		}
	})
	return all
}

func TestQuietPeopleSayNothing(t *testing.T) {
	s, c := start(t, Options{Followers: 50, Quiet: true, Tempo: time.Microsecond})
	c.post(object{"status": "anybody?"})
	s.crowd.wait()
	if got := c.kinds(); slices.Contains(got, "mention") {
		t.Errorf("got %v", got)
	}
}

func TestPages(t *testing.T) {
	s, c := start(t, Options{Accounts: []Account{{Name: "outlet", Display: "柚子 <b>", Token: "very-secret-token"}}})
	c.token = "very-secret-token"
	id := c.post(object{"status": "<script>alert(1)</script> https://shop.example/x", "language": "en"})
	s.Person("layla@far.example", Called("ليلى")).Reply(id, "متى تفتحون؟")
	s.Person("bob").SayDirect("secret question", "outlet")
	c.must(200, "GET", "/api/v1/notifications", nil)
	for path, wants := range map[string][]string{
		"/":              {"柚子 &lt;b&gt;", "&lt;script&gt;alert(1)", "متى", `lang="en"`, ">direct<", "secret question", `http-equiv="refresh"`},
		"/@outlet":       {"@layla@far.example", "secret question"},
		"/@outlet/" + id: {"متى"},
		"/@bob":          {"secret question"},
	} {
		r := c.as("").must(200, "GET", path, nil)
		for _, want := range wants {
			if !strings.Contains(string(r.body), want) {
				t.Errorf("%s: no %q in %s", path, want, r.body)
			}
		}
		if strings.Contains(string(r.body), c.token) || strings.Contains(string(r.body), "<script") {
			t.Errorf("%s: a token or a script in %s", path, r.body)
		}
		if !strings.HasPrefix(r.header.Get("Content-Security-Policy"), "default-src 'none'; style-src 'self'") {
			t.Errorf("%s: %v", path, r.header)
		}
	}
	c.must(200, "GET", "/sandbox/style.css", nil)
	if r := c.must(200, "GET", avatarPath(s.find("outlet")), nil); !strings.Contains(string(r.body), "柚") {
		t.Errorf("got %s", r.body)
	}
	for _, path := range []string{"/@nobody", "/outlet", "/@outlet/7", "/favicon.ico"} {
		c.must(http.StatusNotFound, "GET", path, nil)
	}
}
