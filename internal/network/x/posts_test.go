package x

import (
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// Own posts and messages are listed, with those they are for; answers by hand are seen.
func TestPostsAndAnswered(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	ann := r.s.Person("ann")
	_, cursor := r.drained("")
	ann.Say("@brand hi")
	ann.Message("brand", "psst")
	all, _ := r.drained(cursor)
	for i, direct := range []bool{false, true} {
		m := all[i].Mention
		if yes, err := r.c.Answered(t.Context(), m.Ref, nil); yes || err != nil {
			t.Errorf("answered before: %v", err)
		}
		d := network.Draft{Text: "hello & https://shop.example/a", ReplyTo: m.Ref, Direct: direct}
		if direct {
			d.To = &m.Author
		}
		it := r.publish(d)
		for ours, want := range map[bool]bool{true: false, false: true} {
			yes, err := r.c.Answered(t.Context(), m.Ref, func(id string) bool { return ours && id == it.ID })
			if err != nil || yes != want {
				t.Errorf("direct %v, ours %v: answered %v, %v", direct, ours, yes, err)
			}
		}
		if yes, err := r.c.Answered(t.Context(), m.Ref, nil); !yes || err != nil {
			t.Errorf("direct %v: not answered, %v", direct, err)
		}
	}
	r.listed(all[0].Mention, ann.ID())
}

func (r *rig) listed(m *network.Mention, ann string) {
	r.Helper()
	posts, err := r.c.Posts(r.Context(), time.Now().Add(-time.Minute))
	r.ok(err)
	if len(posts) != 2 {
		r.Fatalf("%d posts", len(posts))
	}
	public, direct := posts[0], posts[1]
	if public.Direct || public.ReplyTo != Kind().Item(m.Ref) || public.Text != "@ann hello & https://shop.example/a" || len(public.To) == 0 ||
		public.To[0].ID != ann || public.At.IsZero() {
		r.Errorf("%+v", public)
	}
	if !direct.Direct || direct.Text != "hello & https://shop.example/a" || len(direct.To) != 1 || direct.To[0].ID != ann {
		r.Errorf("%+v", direct)
	}
	if none, err := r.c.Posts(r.Context(), time.Now().Add(time.Minute)); err != nil || len(none) != 0 {
		r.Errorf("%d posts of the future, %v", len(none), err)
	}
}

// Deleting is done once, and again no error; what belongs to others stays.
func TestDelete(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	it := r.publish(network.Draft{Text: "oops"})
	for range 2 {
		r.ok(r.c.Delete(t.Context(), it.ID))
	}
	r.ok(r.c.Delete(t.Context(), "1"))
	if !r.s.Posts("brand")[0].Deleted {
		t.Error("it is still there")
	}
	r.fails(r.c.Delete(t.Context(), r.s.Person("ann").Say("mine")), network.Refused)
	again := r.publish(network.Draft{Text: "once more"})
	for body, gone := range map[string]bool{
		`{"data":{"deleted":false}}`: false, `{}`: false, "<html>": false, "": false,
		`{"errors":[{"type":"https://api.twitter.com/2/problems/not-authorized-for-resource","detail":"no"}]}`: false,
		`{"errors":[{"type":"https://api.twitter.com/2/problems/resource-not-found","detail":"no"}]}`:          true,
	} {
		r.s.Fail(xfake.Rule{Method: "DELETE", Status: 200, Body: body})
		if err := r.c.Delete(t.Context(), again.ID); (err == nil) != gone {
			t.Errorf("%s: %v", body, err)
		}
		r.s.Heal()
	}
	r.s.Fail(xfake.Rule{Method: "DELETE", Status: 503})
	r.fails(r.c.Delete(t.Context(), again.ID), network.Busy)
}
