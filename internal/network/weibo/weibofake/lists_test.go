package weibofake

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const timeline = "/2/statuses/user_timeline.json"

func TestTimelinePages(t *testing.T) {
	t.Parallel()
	c := newClock()
	b, _ := start(t, Options{Clock: c.now, PostsPerHour: -1, Quota: -1})
	var all []string // the newest first
	for i := range 7 {
		o := b.fine(b.share(fmt.Sprintf("number %d %s", i, link)))
		all = append([]string{o["idstr"].(string)}, all...)
		c.pass(time.Second)
	}
	b.s.Person("bob").Post("somebody else's")
	want := func(ids ...string) string { return strings.Join(ids, " ") }
	for fields, x := range map[string]struct {
		want string
		next string
	}{
		"":                   {want(all...), "0"},
		"count=3":            {want(all[:3]...), all[3]},
		"count=3&page=2":     {want(all[3:6]...), all[6]},
		"count=3&page=3":     {want(all[6]), "0"},
		"count=3&page=9":     {"", "0"},
		"since_id=" + all[2]: {want(all[:2]...), "0"},
		"max_id=" + all[4]:   {want(all[4:]...), "0"},
		"max_id=" + all[2] + "&since_id=" + all[5]: {want(all[2:5]...), "0"},
		"count=1000": {want(all...), "0"},
	} {
		o := b.fine(b.get(timeline, strings.Split(fields, "&")...))
		equal(t, fields, ids(o, "statuses"), x.want)
		equal(t, fields+": next_cursor", b.str(o["next_cursor"]), x.next)
	}
	for i := range 100 {
		b.fine(b.share(fmt.Sprintf("more %d %s", i, link)))
	}
	equal(t, "at most", len(b.fine(b.get(timeline, "count=200"))["statuses"].([]any)), 100)
	b.fails(10017)(b.get(timeline, "since_id=x"))
}

func TestOnlyAboutOneself(t *testing.T) {
	t.Parallel()
	b, a := start(t, Options{})
	other := b.s.Account("柚子家居")
	for _, path := range []string{timeline, "/2/users/show.json", "/2/friendships/followers.json"} {
		b.fine(b.get(path, "uid="+a.ID))
		b.fine(b.get(path, "screen_name="+a.Name))
		b.fails(10014)(b.get(path, "uid="+other.ID))
		b.fails(10014)(b.get(path, "screen_name="+other.Name))
	}
	b.fails(20002)(b.get("/2/users/show.json"))
	o := b.fine(b.get("/2/users/show.json", "uid="+a.ID))
	if o["idstr"] != a.ID || o["screen_name"] != a.Name || o["verified"] != true || b.str(o["verified_type"]) != "2" {
		t.Errorf("got %v", o)
	}
	theirs := api{t, b.s, other.Token}
	id := theirs.str(theirs.fine(theirs.share("theirs " + link))["idstr"])
	b.fails(20112)(b.get("/2/statuses/show.json", "id="+id))
	theirs.fine(theirs.get("/2/statuses/show.json", "id="+id))
}

func TestMentions(t *testing.T) {
	t.Parallel()
	b, a := start(t, Options{})
	bob := b.s.Person("bob")
	first := bob.Mention(a, "hello")
	bob.Post("@柚子电脑城 is another") // a longer name
	bob.Post("no name")
	last := bob.Post("you, @柚子电脑")
	b.fine(b.share("@柚子电脑 ourselves " + link))
	o := b.fine(b.get("/2/statuses/mentions.json"))
	equal(t, "mentions", ids(o, "statuses"), last+" "+first)
	equal(t, "since", ids(b.fine(b.get("/2/statuses/mentions.json", "since_id="+first)), "statuses"), last)
	equal(t, "strangers", ids(b.fine(b.get("/2/statuses/mentions.json", "filter_by_author=2")), "statuses"), last+" "+first)
	equal(t, "friends", ids(b.fine(b.get("/2/statuses/mentions.json", "filter_by_author=1")), "statuses"), "")
}

func TestFollowers(t *testing.T) {
	t.Parallel()
	c := newClock()
	b, a := start(t, Options{Clock: c.now})
	var want []string
	for range 7 {
		p := b.s.Person("")
		p.Authorise()
		p.Follow(a)
		want = append([]string{p.ID}, want...)
		c.pass(time.Second)
	}
	b.s.Person("does not use the app").Follow(a)
	gone := b.s.Person("gone")
	gone.Authorise()
	gone.Follow(a)
	gone.Unfollow(a)
	o := b.fine(b.get("/2/friendships/followers.json", "uid="+a.ID))
	equal(t, "first page", ids(o, "users"), strings.Join(want[:5], " "))
	o = b.fine(b.get("/2/friendships/followers.json", "uid="+a.ID, "cursor="+b.str(o["next_cursor"])))
	equal(t, "second page", ids(o, "users"), strings.Join(want[5:], " "))
	equal(t, "end", b.str(o["next_cursor"]), "0")
	equal(t, "total", b.str(o["total_number"]), "7")
	equal(t, "larger", ids(b.fine(b.get("/2/friendships/followers.json", "uid="+a.ID, "count=200")), "users"), strings.Join(want, " "))
	equal(t, "followers_count", b.str(b.fine(b.get("/2/users/show.json", "uid="+a.ID))["followers_count"]), "8")
}

func TestCount(t *testing.T) {
	t.Parallel()
	b, _ := start(t, Options{})
	id := b.str(b.fine(b.share("one " + link))["idstr"])
	b.s.Person("bob").Comment(id, "nice")
	list := b.fine(b.get("/2/statuses/count.json", "ids="+id+",17"))["list"].([]any)
	if len(list) != 1 || b.str(list[0].(object)["id"]) != id || b.str(list[0].(object)["comments"]) != "1" {
		t.Errorf("got %v", list)
	}
	b.fails(20001)(b.get("/2/statuses/count.json"))
	b.fails(20009)(b.get("/2/statuses/count.json", "ids="+strings.Repeat("1,", 100)+"1"))
}
