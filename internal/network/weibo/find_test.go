package weibo

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/weibo/weibofake"
)

// find looks for a draft among what is out since an instant.
func (d *desk) find(x network.Draft, since time.Time, taken func(string) bool) (string, bool) {
	d.Helper()
	r, found, err := d.c.Find(d.Context(), d.seal(x), since, taken)
	d.must(err)
	if found && r.URL == "" {
		d.Errorf("found without an address: %+v", r)
	}
	return r.ID, found
}

// Weibo shows a text with short links, with white space of its own and with a
// sign that nobody sees behind it.
func TestFindPost(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"Sale " + shop, "促销" + shop + "。现在", shop, shop + "\n\n" + shop + "  twice", "  around " + shop + " ",
		"Sale “" + shop + "”, (" + shop + ") \"" + shop + "\"",
		"HTTPS://shop.example.com/A and " + shop} {
		for _, behind := range []string{"", " \u200b", "\u200b\u200b\u200b"} {
			c := newClock()
			d := begin(t, weibofake.Options{Clock: c.now, Trailing: behind})
			before := c.now()
			if _, found := d.find(network.Draft{Text: text}, before, none); found {
				t.Errorf("%q: found what was never sent", text)
			}
			d.share("Another")
			id := d.publish(network.Draft{Text: text}).ID
			c.pass(time.Minute)
			d.share("Later")
			x := network.Draft{Text: text}
			if got, found := d.find(x, before, none); !found || got != id {
				t.Errorf("%q: found %v, %q; want %q", text, found, got, id)
			}
			if _, found := d.find(x, before, func(s string) bool { return s == id }); found {
				t.Errorf("%q: found what belongs to another", text)
			}
			if _, found := d.find(x, c.now(), none); found {
				t.Errorf("%q: found what is older", text)
			}
		}
	}
}

// Of two posts with the same words the one that belongs to another is passed over.
func TestFindPassesOverOthers(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{Recent: -1})
	first, second := d.share("Sale"), d.share("Sale")
	for _, mine := range []string{first, second} {
		got, found := d.find(network.Draft{Text: "Sale " + shop}, time.Now().Add(-time.Minute), func(id string) bool { return id != mine })
		if !found || got != mine {
			t.Errorf("got %q, %v; want %q", got, found, mine)
		}
	}
	d.must(d.c.Delete(t.Context(), first))
	if got, _ := d.find(network.Draft{Text: "Sale " + shop}, time.Time{}, none); got != second {
		t.Errorf("got %q, want %q", got, second)
	}
}

// The account's posts are read back to the instant and no further: calls are few.
func TestFindIsCheap(t *testing.T) {
	t.Parallel()
	c := newClock()
	d := begin(t, weibofake.Options{Clock: c.now, PostsPerHour: -1, Quota: -1})
	us := d.s.Person(brand)
	for i := range 350 {
		us.Post(fmt.Sprintf("number %d %s", i, shop))
		c.pass(time.Minute)
	}
	for ago, calls := range map[time.Duration]int{10 * time.Minute: 1, 90 * time.Minute: 1, 150 * time.Minute: 2, 349 * time.Minute: 4,
		24 * time.Hour: 4} {
		d.spent.taken()
		if _, found := d.find(network.Draft{Text: "nothing " + shop}, c.now().Add(-ago), none); found {
			t.Error("found nothing")
		}
		if got := len(d.spent.taken()); got > calls {
			t.Errorf("%v ago: %d calls, want %d", ago, got, calls)
		}
		all, err := d.c.Posts(t.Context(), c.now().Add(-ago))
		d.must(err)
		if want := min(350, int(ago/time.Minute)); len(all) != want {
			t.Errorf("%v ago: %d posts, want %d", ago, len(all), want)
		}
	}
}

// A post of 2,000 characters is shown cut.
func TestFindLongText(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{}, func(s *network.Settings) { c := chosen(*s); c.LongText, c.Contract = true, true })
	text := "开始" + fmt.Sprint(slices.Repeat([]int{7}, 300)) + " " + shop
	said := time.Now().Format("Mon Jan 02 15:04:05 -0700 2006")
	for name, body := range map[string]string{
		"cut":   `{"idstr":"77","created_at":"` + said + `","isLongText":true,"text":"` + text[:200] + `...全文：http://m.weibo.cn/2000000001/77 ","user":{"idstr":"1"}}`,
		"whole": `{"idstr":"77","created_at":"` + said + `","isLongText":true,"longText":{"longTextContent":"` + text + `"},"text":"` + text[:200] + `...","user":{"idstr":"1"}}`,
	} {
		d.s.Fail(weibofake.Rule{Path: "/2/statuses/user_timeline.json", Body: `{"statuses":[` + body + `],"next_cursor":0,"total_number":1}`})
		if got, found := d.find(network.Draft{Text: text}, time.Now().Add(-time.Minute), none); !found || got != "77" {
			t.Errorf("%s: got %q, %v", name, got, found)
		}
		d.s.Heal()
	}
}

// What is deleted is gone; deleting it again is no error.
func TestDeleteTwice(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{})
	post := d.share("Sale")
	answer := d.publish(network.Draft{Text: "yes", ReplyTo: ref{Status: post}.String()})
	for _, id := range []string{answer.ID, post} {
		for range 2 {
			d.must(d.c.Delete(t.Context(), id))
		}
	}
	if !d.a.Posts()[0].Deleted || !d.a.Comments()[0].Deleted {
		t.Error("something is still there")
	}
	other := d.s.Person("bob").Post("not ours")
	d.fails(d.c.Delete(t.Context(), other), network.Refused, "20102")
	d.fails(d.c.Delete(t.Context(), ""), network.Refused, "can't be deleted")
	d.s.Fail(weibofake.Rule{Path: "/2/statuses/destroy.json", Drop: true, Times: -1})
	d.fails(d.c.Delete(t.Context(), post), network.Busy)
	if n := len(d.s.Requests()) - len(d.spent.taken()); n != 0 {
		t.Errorf("%d calls were not taken from the meter", n)
	}
}
