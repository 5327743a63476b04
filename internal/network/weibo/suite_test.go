package weibo

import (
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/networktest"
	"magpie/internal/network/weibo/weibofake"
)

// target is an account of an app whose posts need no link.
func target(t *testing.T) networktest.Target {
	t.Helper()
	s := weibofake.Open(t, weibofake.Options{Quota: -1, PostsPerHour: -1, Recent: -1, FreeText: true, Length: zi})
	a := s.Account(brand)
	w := s.World(a)
	w.Mention = item
	wire := weibofake.Wire()
	wire.Publish = "POST " + contracted
	return networktest.Target{Kind: Kind(), World: world{w}, Wire: wire, Silent: true,
		Settings: network.Settings{Server: s.URL, Secret: network.Secret(a.Token), Choices: &Choices{Contract: true, IP: ip}},
		Secrets:  func() []string { return []string{a.Token} }}
}

// item is how Mention.Item is written here.
func item(x weibofake.Item) string {
	if x.Kind == weibofake.CommentItem {
		return "comment:" + x.ID
	}
	return "https://weibo.com/" + x.Author + "/" + x.ID
}

// world is Weibo with what the suite takes for granted: posts have languages,
// and whoever is written to has written before.
type world struct{ *weibofake.World }

func (w world) Posts(t *testing.T) []networktest.Seen {
	all := w.World.Posts(t)
	for i := range all {
		all[i].Language = "en"
	}
	return all
}

func (w world) Person(t *testing.T) networktest.Person {
	p := w.World.Person(t)
	p.Message(t, "do you write to people?")
	return p
}

// The parts of the suite that fit. The others are about headers that tell of
// limits (quota, refused), pictures that are sent before the post (pictures,
// reads), and private messages that can be read (direct, lost): what Weibo has
// instead is tested beside this.
func TestSuite(t *testing.T) {
	networktest.Some(t, target, "publish", "rubbish", "text", "replies", "events", "many", "stream")
}
