package bluesky

import "testing"

// A quote of a post of ours is heard. One that neither answers nor names us is marked, so
// that no rule answers it.
func TestQuoteEvents(t *testing.T) {
	const me = "did:plc:pomelo"
	reply := &reply{Parent: strong{URI: "at://" + me + "/app.bsky.feed.post/1"}}
	for name, c := range map[string]struct {
		n            notification
		heard, quote bool
	}{
		"quote": {notification{Reason: "quote", URI: "at://did:plc:ann/app.bsky.feed.post/2", Record: said{Text: "look at this"}},
			true, true},
		"quote that names":   {notification{Reason: "quote", Record: said{DIDs: []string{me}}}, true, false},
		"quote that answers": {notification{Reason: "quote", Record: said{Reply: reply}}, true, false},
		"mention":            {notification{Reason: "mention"}, true, false},
		"reply to us":        {notification{Reason: "reply", Record: said{Reply: reply}}, true, false},
		"reply to others":    {notification{Reason: "reply", Record: said{}}, false, false},
		"like":               {notification{Reason: "like"}, false, false},
	} {
		events := c.n.event(me)
		if heard := len(events) == 1 && events[0].Mention != nil; heard != c.heard || heard && events[0].Mention.Quote != c.quote {
			t.Errorf("%s: %+v", name, events)
		}
	}
}
