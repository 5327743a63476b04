package main

import (
	"slices"
	"testing"

	"magpie/internal/torture/place"
)

const code1, code2, code3 = "AAAA-BBBB-CCCC", "DDDD-EEEE-FFFF", "GGGG-HHHH-JJJJ"

// good is a small world in which all is as it should be: a public post, a
// letter with a code, a claim, a question, chatter, and an order.
func good() evidence {
	return evidence{
		want: []*duty{
			{kind: public, account: "shop", mark: "Kettles", campaign: "day", step: "one"},
			{kind: letter, account: "shop", mark: "letter 1 ", who: "ann", offer: "letter-1", campaign: "letter-1", step: "letter-1"},
			{kind: claim, mark: "For you, ", who: "bob", offer: "gift", said: "7", item: "item-7"},
			{kind: question, mark: "nine to six", who: "cai", said: "8", item: "item-8"},
			{kind: chatter, who: "dan", said: "9", item: "item-9"},
		},
		net: []place.Shown{
			{ID: "1", Account: "shop", Text: "Kettles"},
			{ID: "2", Account: "shop", Text: "@ann Dear ann, letter 1 brings you " + code1, Private: true, To: []string{"ann"}},
			{ID: "3", Account: "club", Text: "@bob For you, bob: " + code2, Private: true, To: []string{"bob"}, ReplyTo: "7"},
			{ID: "4", Account: "shop", Text: "@cai from nine to six", To: []string{"cai"}, ReplyTo: "8"},
		},
		ledger: ledger{
			posts: []row{
				{"id": "p1", "state": "sent", "account": "shop", "campaign": "day", "step": "one", "kind": "public", "remote_id": "1"},
				{"id": "p0", "state": "expanded", "account": "shop", "campaign": "letter-1", "step": "letter-1", "kind": "segment"},
				{"id": "p2", "state": "sent", "account": "shop", "campaign": "letter-1", "step": "letter-1", "kind": "direct", "remote_id": "2",
					"code": code1, "recipient": `{"Handle":"ann@host"}`},
				{"id": "p3", "state": "sent", "account": "club", "kind": "answer", "remote_id": "3", "code": code2, "mention": "m7"},
				{"id": "p4", "state": "sent", "account": "shop", "kind": "answer", "remote_id": "4", "mention": "m8"},
			},
			coupons: []row{
				{"code": code1, "offer": "letter-1", "state": "redeemed"}, {"code": code2, "offer": "gift", "state": "delivered"},
				{"code": code3, "offer": "gift", "state": "free"},
			},
			mentions: []row{
				{"id": "m7", "item": "item-7", "state": "answered"}, {"id": "m8", "item": "item-8", "state": "answered"},
				{"id": "m9", "item": "item-9", "state": "desk"},
			},
			redemptions: []row{{"code": code1, "order_id": "o1", "offer": "letter-1", "state": "redeemed"}},
		},
		orders: []*order{{code: code1, id: "o1", tried: true, noted: true}},
	}
}

func TestGoodWorld(t *testing.T) {
	c := compare(good())
	if c.bad() || c.due != 4 || c.out != 4 || c.asked != 0 {
		t.Errorf("%s %v", c.String(), c.finds)
	}
}

// find the row of a list that has a value.
func where(rows []row, column, value string) row {
	return rows[slices.IndexFunc(rows, func(r row) bool { return r[column] == value })]
}

// without leaves out the posts of these ids.
func without(net []place.Shown, ids ...string) []place.Shown {
	return slices.DeleteFunc(net, func(x place.Shown) bool { return slices.Contains(ids, x.ID) })
}

// Each kind of harm is seen, as what it is, and nothing else is said of it.
func TestHarmIsSeen(t *testing.T) {
	for name, c := range map[string]struct {
		harm func(e *evidence)
		want []column
	}{
		"a public post twice": {func(e *evidence) {
			e.net = append(e.net, place.Shown{ID: "5", Account: "shop", Text: "Kettles"})
		}, []column{duplicates}},
		"a public post twice, and the second is a row of its own": {func(e *evidence) {
			e.net = append(e.net, place.Shown{ID: "5", Account: "shop", Text: "Kettles"})
			e.ledger.posts = append(e.ledger.posts, row{"id": "p9", "state": "sent", "account": "shop", "campaign": "day", "step": "one",
				"remote_id": "5"})
		}, []column{duplicates}},
		"a letter twice, with the same code": {func(e *evidence) {
			e.net = append(e.net, place.Shown{ID: "5", Account: "shop", Text: e.net[1].Text, Private: true, To: []string{"ann"}})
		}, []column{duplicates}},
		"a letter twice, with another code": {func(e *evidence) {
			e.net = append(e.net, place.Shown{ID: "5", Account: "shop", Text: "@ann Dear ann, letter 1 brings you " + code3, Private: true,
				To: []string{"ann"}})
			where(e.ledger.coupons, "code", code3)["offer"] = "letter-1"
		}, []column{duplicates, couponsTwice, couponsLeaked}},
		"the same answer twice": {func(e *evidence) {
			e.net = append(e.net, place.Shown{ID: "5", Account: "shop", Text: e.net[3].Text, To: []string{"cai"}, ReplyTo: "8"})
		}, []column{duplicates, answeredTwice}},
		"an answer by the other account as well": {func(e *evidence) {
			e.net = append(e.net, place.Shown{ID: "5", Account: "club", Text: e.net[3].Text, To: []string{"cai"}, ReplyTo: "8"})
		}, []column{answeredTwice}},
		"two answers with different codes": {func(e *evidence) {
			e.net = append(e.net, place.Shown{ID: "5", Account: "shop", Text: "@bob For you, bob: " + code3, Private: true, To: []string{"bob"},
				ReplyTo: "7"})
			where(e.ledger.coupons, "code", code3)["state"] = "delivered"
		}, []column{answeredTwice, couponsTwice}},
		"a post that nobody ordered": {func(e *evidence) {
			e.net = append(e.net, place.Shown{ID: "5", Account: "shop", Text: "Lamps"})
		}, []column{duplicates}},
		"a public post is gone": {func(e *evidence) {
			e.net = without(e.net, "1")
			delete(where(e.ledger.posts, "id", "p1"), "remote_id")
			where(e.ledger.posts, "id", "p1")["state"] = "withdrawn"
		}, []column{lost}},
		"a letter was never written": {func(e *evidence) {
			e.net, e.orders, e.ledger.redemptions = without(e.net, "2"), nil, nil
			e.ledger.posts = slices.DeleteFunc(e.ledger.posts, func(p row) bool { return p["id"] == "p2" })
			where(e.ledger.coupons, "code", code1)["state"] = "free"
		}, []column{lost}},
		"the outbox says sent, and it is not out": {func(e *evidence) {
			e.want, e.net = e.want[1:], without(e.net, "1")
		}, []column{lost}},
		"it is out, and the outbox does not know": {func(e *evidence) {
			delete(where(e.ledger.posts, "id", "p1"), "remote_id")
			where(e.ledger.posts, "id", "p1")["state"] = "planned"
		}, []column{lost}},
		"sent, without an address": {func(e *evidence) {
			delete(where(e.ledger.posts, "id", "p1"), "remote_id")
		}, []column{lost, lost}},
		"a question has no answer": {func(e *evidence) {
			e.net = without(e.net, "4")
			where(e.ledger.posts, "id", "p4")["state"] = "refused"
			delete(where(e.ledger.posts, "id", "p4"), "remote_id")
		}, []column{unanswered}},
		"a mention was never heard": {func(e *evidence) {
			e.net, e.ledger.posts, e.ledger.mentions = without(e.net, "4"), e.ledger.posts[:4],
				slices.DeleteFunc(e.ledger.mentions, func(m row) bool { return m["id"] == "m8" })
		}, []column{unanswered, unanswered}},
		"a mention stays new": {func(e *evidence) {
			where(e.ledger.mentions, "id", "m9")["state"] = "new"
		}, []column{unanswered}},
		"chatter is not at the desk": {func(e *evidence) {
			where(e.ledger.mentions, "id", "m9")["state"] = "silent"
		}, []column{unanswered}},
		"an answer that says something else": {func(e *evidence) {
			e.net[3].Text = "@cai Good to have you"
		}, []column{duplicates, unanswered}},
		"a code is shown to two": {func(e *evidence) {
			e.net[2].Text = "@bob For you, bob: " + code1
			where(e.ledger.coupons, "code", code2)["state"] = "free"
		}, []column{couponsTwice, couponsLeaked}},
		"a code is shown to everybody": {func(e *evidence) {
			e.net[0].Text, e.want[0].mark = "Kettles "+code3, "Kettles "+code3
			where(e.ledger.coupons, "code", code3)["state"] = "delivered"
		}, []column{couponsLeaked, couponsLeaked, couponsTwice}},
		"a code is reserved for ever": {func(e *evidence) {
			where(e.ledger.coupons, "code", code3)["state"] = "reserved"
		}, []column{couponsLeaked}},
		"a code is out, and free": {func(e *evidence) {
			where(e.ledger.coupons, "code", code2)["state"] = "free"
		}, []column{couponsLeaked}},
		"a code is delivered, and not out": {func(e *evidence) {
			where(e.ledger.coupons, "code", code3)["state"] = "delivered"
		}, []column{couponsLeaked}},
		"a code is out that no coupon has": {func(e *evidence) {
			e.ledger.coupons = slices.DeleteFunc(e.ledger.coupons, func(k row) bool { return k["code"] == code2 })
		}, []column{couponsLeaked, couponsLeaked}},
		"the row has another code than the post": {func(e *evidence) {
			where(e.ledger.posts, "id", "p3")["code"] = code3
		}, []column{couponsLeaked}},
		"a code is missing where one was promised": {func(e *evidence) {
			e.net[2].Text = "@bob For you, bob: nothing"
			where(e.ledger.coupons, "code", code2)["state"] = "free"
		}, []column{couponsLeaked}},
		"an order was lost": {func(e *evidence) {
			e.ledger.redemptions = nil
			where(e.ledger.coupons, "code", code1)["state"] = "delivered"
		}, []column{couponsLeaked}},
		"an order was noted, and its code is not used": {func(e *evidence) {
			where(e.ledger.coupons, "code", code1)["state"] = "delivered"
		}, []column{couponsLeaked}},
		"a code was used in two orders": {func(e *evidence) {
			e.ledger.redemptions = append(e.ledger.redemptions, row{"code": code1, "order_id": "o2", "offer": "letter-1", "state": "redeemed"})
		}, []column{couponsLeaked, couponsLeaked}},
		"a lock was never given back": {func(e *evidence) {
			e.ledger.redemptions = append(e.ledger.redemptions, row{"code": code2, "order_id": "o2", "offer": "gift", "state": "locked"})
		}, []column{couponsLeaked}},
		"a limit counts what is not": {func(e *evidence) {
			e.ledger.uses = []row{{"offer": "letter-1", "span": "ever", "uses": "2"}}
		}, []column{couponsLeaked}},
		"an order that came to nothing counts": {func(e *evidence) { e.orders[0].undone = true }, []column{couponsLeaked}},
	} {
		t.Run(name, func(t *testing.T) {
			e := good()
			c.harm(&e)
			expect(t, compare(e), c.want)
		})
	}
}

func expect(t *testing.T, got tally, want []column) {
	t.Helper()
	var columns []column
	for _, f := range got.finds {
		columns = append(columns, f.column)
	}
	slices.Sort(columns)
	slices.Sort(want)
	if !slices.Equal(columns, want) {
		t.Errorf("got %v, want %v", got.finds, want)
	}
}

// What a person was asked about counts apart, out or not, with its coupon.
func TestAskedCountsApart(t *testing.T) {
	for name, harm := range map[string]func(e *evidence){
		"out":     func(*evidence) {},
		"not out": func(e *evidence) { e.net = without(e.net, "3") },
	} {
		t.Run(name, func(t *testing.T) {
			e := good()
			harm(&e)
			p := where(e.ledger.posts, "id", "p3")
			delete(p, "remote_id")
			p["state"] = "asked"
			where(e.ledger.coupons, "code", code2)["state"] = "reserved"
			got := compare(e)
			expect(t, got, nil)
			if got.asked != 1 || got.due != 4 || got.out != len(e.net) {
				t.Errorf("%s", got.String())
			}
		})
	}
	e := good() // on place.Bluesky there is nothing to ask about a record
	where(e.ledger.posts, "id", "p4")["state"], where(e.ledger.posts, "id", "p4")["replay"] = "asked", exact
	expect(t, compare(e), []column{broken})
	e = good() // twice is twice
	where(e.ledger.posts, "id", "p4")["state"] = "asked"
	e.net = append(e.net, place.Shown{ID: "5", Account: "shop", Text: e.net[3].Text, To: []string{"cai"}, ReplyTo: "8"})
	expect(t, compare(e), []column{answeredTwice, duplicates})
}

// To a person who has said stop a letter may be out or not, but once.
func TestStoppedMeanwhile(t *testing.T) {
	e := good()
	e.want[1].maybe = true
	expect(t, compare(e), nil)
	e.net = append(e.net, place.Shown{ID: "5", Account: "shop", Text: e.net[1].Text, Private: true, To: []string{"ann"}})
	expect(t, compare(e), []column{duplicates})
	e = good()
	e.want[1].maybe, e.net, e.orders, e.ledger.redemptions = true, without(e.net, "2"), nil, nil
	p := where(e.ledger.posts, "id", "p2")
	p["state"], p["code"] = "withdrawn", ""
	delete(p, "remote_id")
	where(e.ledger.coupons, "code", code1)["state"] = "free"
	expect(t, compare(e), nil)
}

// Of two claims in chat one was answered, and a person was asked about the other.
// The message does not say which it answers: the outbox does.
func TestChatOfTheRightClaim(t *testing.T) {
	for _, answered := range []string{"m7", "m10"} {
		e := good()
		e.want = append(e.want, &duty{kind: claim, mark: "For you, ", who: "bob", offer: "gift", said: "10", item: "item-10"})
		e.ledger.mentions = append(e.ledger.mentions, row{"id": "m10", "item": "item-10", "state": "answered"})
		e.net[2].Chat, e.net[2].ReplyTo = true, ""
		where(e.ledger.posts, "id", "p3")["mention"] = answered
		e.ledger.posts = append(e.ledger.posts, row{"id": "p9", "state": "asked", "account": "club",
			"mention": map[string]string{"m7": "m10", "m10": "m7"}[answered], "code": code2})
		expect(t, compare(e), nil)
	}
}

// Two claims of one person, answered by chat messages that say the same, are
// two answers to two claims, and a third is one too many.
func TestChatsAreShared(t *testing.T) {
	e := good()
	e.want = append(e.want, &duty{kind: claim, mark: "For you, ", who: "bob", offer: "gift", said: "10", item: "item-10"})
	e.ledger.mentions = append(e.ledger.mentions, row{"id": "m10", "item": "item-10", "state": "answered"})
	e.net[2].Chat, e.net[2].ReplyTo = true, ""
	expect(t, compare(e), []column{unanswered})
	e.net = append(e.net, place.Shown{ID: "5", Account: "club", Text: e.net[2].Text, Private: true, Chat: true, To: []string{"bob"}})
	e.ledger.posts = append(e.ledger.posts, row{"id": "p9", "state": "sent", "account": "club", "remote_id": "5", "mention": "m10",
		"code": code2})
	expect(t, compare(e), nil)
	e.net = append(e.net, place.Shown{ID: "6", Account: "club", Text: e.net[2].Text, Private: true, Chat: true, To: []string{"bob"}})
	expect(t, compare(e), []column{answeredTwice, duplicates})
}
