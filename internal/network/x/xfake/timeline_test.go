package xfake

import (
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"
)

// ids are those of a page.
func (g got) ids() (all []string) {
	list, _ := g.at("data").([]any)
	for _, x := range list {
		all = append(all, x.(map[string]any)["id"].(string))
	}
	return all
}

func TestMentions(t *testing.T) {
	k := newClock()
	s := Open(t, Options{Clock: k.now, MentionLag: 3 * time.Second})
	me, ann := as(t, s, "brand"), s.Person("ann")
	path := "/2/users/" + s.ID("brand") + "/mentions?"
	if g := me.get(path); g.Text != `{"meta":{"result_count":0}}` {
		t.Errorf("no mentions: %s", g.Text)
	}
	var want []string
	for i := range 12 {
		want = append(want, ann.Say(fmt.Sprintf("@brand number %d", i)))
		k.pass(time.Second)
	}
	me.say("@brand ourselves")
	slices.Reverse(want)
	g := me.get(path + "max_results=5")
	equal(t, "the newest that the index knows", g.ids(), want[2:7])
	equal(t, "meta", g.at("meta.newest_id"), want[2])
	if data := g.at("data.0").(map[string]any); len(data) != 2 || g.at("includes") != nil {
		t.Errorf("not only id and text: %v", data)
	}
	g = me.get(path + "max_results=5&pagination_token=" + g.str("meta.next_token"))
	equal(t, "second page", g.ids(), want[7:12])
	equal(t, "next", g.at("meta.next_token"), nil)
	k.pass(3 * time.Second)
	equal(t, "since", me.get(path+"since_id="+want[3]).ids(), want[:3])
	equal(t, "until", me.get(path+"until_id="+want[8]).ids(), want[9:])
	start := url.QueryEscape(newClock().at.Add(10 * time.Second).Format(time.RFC3339))
	equal(t, "start", me.get(path+"start_time="+start).ids(), want[:2])
	equal(t, "end", me.get(path+"end_time="+start).ids(), want[2:12])
	g = me.get(path + "max_results=5&tweet.fields=created_at,author_id&expansions=author_id&user.fields=affiliation")
	equal(t, "at", g.at("data.0.created_at"), "2026-11-21T10:00:11.000Z")
	equal(t, "author", g.at("includes.users.0.username"), "ann")
	equal(t, "no label", g.at("includes.users.0.affiliation"), nil)
	ann.Label(true)
	g = me.get(path + "expansions=author_id&user.fields=affiliation")
	equal(t, "label", g.at("includes.users.0.affiliation.description"), "Automated")
	for _, bad := range []string{"max_results=4", "max_results=101", "since_id=x", "colour=red", "tweet.fields=colour", "post.fields=text",
		"pagination_token=!", "start_time=yesterday", "expansions=author"} {
		me.get(path+bad).is(t, 400, "/invalid-request")
	}
}

func TestOnly800Mentions(t *testing.T) {
	s := Open(t, Options{Unlimited: true})
	me, ann := as(t, s, "brand"), s.Person("ann")
	for i := range 805 {
		ann.Say(fmt.Sprintf("@brand %d", i))
	}
	seen, next := 0, ""
	for {
		path := "/2/users/" + s.ID("brand") + "/mentions?max_results=100"
		if next != "" {
			path += "&pagination_token=" + next
		}
		g := me.get(path).is(t, 200, "")
		seen += len(g.ids())
		if next = g.str("meta.next_token"); next == "" {
			break
		}
	}
	equal(t, "seen", seen, 800)
}

func TestOwnPosts(t *testing.T) {
	k := newClock()
	s := Open(t, Options{Clock: k.now, IndexLag: 2 * time.Second})
	me := as(t, s, "brand")
	id := me.say("one").str("data.id")
	path := "/2/users/" + s.ID("brand") + "/tweets"
	equal(t, "at once", me.get(path).ids(), nil)
	me.get("/2/tweets/"+id).is(t, 200, "one")
	k.pass(2 * time.Second)
	equal(t, "later", me.get(path).ids(), []string{id})
	me.post("/2/tweets", object{"text": "two", "reply": object{"in_reply_to_tweet_id": id}})
	k.pass(2 * time.Second)
	equal(t, "no replies", me.get(path+"?exclude=replies").ids(), []string{id})
	g := me.get("/2/tweets?ids="+id+",17&tweet.fields=public_metrics").is(t, 200, "")
	equal(t, "found", g.ids(), []string{id})
	equal(t, "replies", g.at("data.0.public_metrics.reply_count"), 1)
	equal(t, "missing", g.at("errors.0.resource_id"), "17")
	me.get("/2/users/17/tweets").is(t, 200, "/resource-not-found")
	me.get("/2/tweets").is(t, 400, "/invalid-request")
}

func TestNewNames(t *testing.T) {
	s := Open(t, Options{NewNames: true})
	me, ann := as(t, s, "brand"), s.Person("ann")
	g := me.say("new").is(t, 201, "edit_history_post_ids")
	ann.Reply(g.str("data.id"), "hi")
	path := "/2/users/" + s.ID("brand") + "/mentions?"
	me.get(path+"tweet.fields=public_metrics").is(t, 400, "/invalid-request")
	me.get(path+"post.fields=referenced_tweets").is(t, 400, "/invalid-request")
	g = me.get(path+"post.fields=public_metrics,referenced_posts").is(t, 200, "repost_count")
	equal(t, "refers", g.at("data.0.referenced_posts.0.type"), "replied_to")
}

func TestFollowersAndUsers(t *testing.T) {
	s := Open(t, Options{Accounts: []Account{{Name: "brand", Title: "The Brand", About: "We sell.", Bot: true}}})
	me := as(t, s, "brand")
	path := "/2/users/" + s.ID("brand") + "/followers?"
	me.get(path).is(t, 200, `{"meta":{"result_count":0}}`)
	var want []string
	for range 5 {
		p := s.Person()
		p.Follow("brand")
		p.Follow("brand")
		want = append([]string{p.ID()}, want...)
	}
	g := me.get(path + "max_results=3")
	equal(t, "the newest", g.ids(), want[:3])
	late := s.Person("late")
	late.Follow("brand")
	g = me.get(path + "max_results=2&pagination_token=" + g.str("meta.next_token"))
	equal(t, "the rest", g.ids(), want[3:])
	equal(t, "the end", g.at("meta.next_token"), nil)
	late.Unfollow("brand")
	equal(t, "left", me.get(path).ids(), want)
	me.get(path+"max_results=1001").is(t, 400, "")
	g = me.get("/2/users/by/username/Brand?user.fields=description,affiliation,public_metrics").is(t, 200, `"name":"The Brand"`)
	equal(t, "followers", g.at("data.public_metrics.followers_count"), 5)
	me.get("/2/users/by/username/nobody").is(t, 200, `"errors"`)
	me.get("/2/users/by/username/no-body").is(t, 400, "")
	me.get("/2/users/"+late.ID()).is(t, 200, "late")
	me.get("/2/nowhere").is(t, 404, "")
}
