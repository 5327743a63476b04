package publish_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"magpie/internal/coupon"
	"magpie/internal/inbox"
	"magpie/internal/network"
	"magpie/internal/network/memory"
	"magpie/internal/outbox"
)

// history is what happens to posts, mentions and codes by chance: networks that fail,
// processes that are killed, and persons who approve, reject, settle and recall.
type history struct {
	*chaos
	n int // posts so far
}

// TestHistories: whatever happens, in whatever order, a post, a mention and a code are each
// in one state of their tables, an answer that is not out leaves its mention open, and a
// code has one holder.
func TestHistories(t *testing.T) {
	for _, replay := range []network.Replay{network.Exact, network.Keyed, network.Blind} {
		t.Run("replay "+string(replay), func(t *testing.T) {
			w := newWorld(t, replay)
			rapid.Check(t, func(rt *rapid.T) {
				w.clean(replay)
				if _, err := w.db.Writer().Exec(`DELETE FROM mentions`); err != nil {
					rt.Fatal(err)
				}
				h := &history{chaos: &chaos{world: w, rt: rt, spy: &spy{Client: w.client}, on: true, refused: map[string]bool{}}}
				w.client = chaotic{h.chaos.spy, h.chaos}
				w.restart()
				act := func(f func()) func(*rapid.T) { return func(rt *rapid.T) { h.rt = rt; f() } }
				rt.Repeat(map[string]func(*rapid.T){"post": act(h.written), "turn": act(h.turned), "turn again": act(h.turned), "time": act(h.time),
					"person": act(h.person), "person again": act(h.person), "restart": act(w.restart), "": act(h.holds)})
			})
		})
	}
}

// written writes a post down: public, one to approve, or an answer with a code.
func (h *history) written() {
	h.n++
	key := fmt.Sprint("k", h.n)
	switch rapid.IntRange(0, 2).Draw(h.rt, "kind") {
	case 0:
		h.add(key, late(40*time.Minute, "skip"))
	case 1:
		h.add(key, func(p *outbox.Post) { p.Approval, p.Author = true, "mia" })
	default:
		h.must(h.db.Write(context.Background(), func(tx *sql.Tx) error { return h.asked(tx, key) }))
	}
}

// asked is a mention that gets an answer with a code.
func (h *history) asked(tx *sql.Tx, key string) error {
	ctx := context.Background()
	id, _, err := inbox.Keep(ctx, tx, "test", name, int64(h.n), network.Mention{Item: key, Text: "deal"}, h.now)
	if err != nil {
		return err
	}
	code, err := coupon.Reserve(ctx, tx, offer, coupon.For{Person: int64(h.n), Post: outbox.ID(key)}, h.now)
	if err != nil {
		return err
	}
	if _, err := inbox.Decide(ctx, tx, id, inbox.Verdict{State: inbox.Answered, Rule: "rule", Account: name}, h.now); err != nil {
		return err
	}
	_, err = outbox.Add(ctx, tx, &outbox.Post{Key: key, Kind: outbox.Answer, Account: name, Campaign: "c", Step: "s", Person: int64(h.n),
		Recipient: "ann",
		Mention:   id, Code: code, Text: "your code is {code}", SlotAt: h.now}, h.now)
	return err
}

func (h *history) turned() { h.turn() }

func (h *history) time() {
	h.now = h.now.Add(time.Duration(rapid.IntRange(1, 4000).Draw(h.rt, "seconds")) * time.Second)
}

// person does something with a post, which may be refused.
func (h *history) person() {
	if h.n == 0 {
		h.rt.Skip("nothing is there")
	}
	ctx, p := context.Background(), h.post(fmt.Sprint("k", rapid.IntRange(1, h.n).Draw(h.rt, "which")))
	switch rapid.IntRange(0, 5).Draw(h.rt, "does") {
	case 0:
		_, _ = outbox.Approve(ctx, h.db, p.ID, "h1", "paul", h.now)
	case 1:
		_ = outbox.Reject(ctx, h.db, p.ID, "h1", "no", "paul", h.now)
	case 2:
		h.must(h.db.Write(ctx, func(tx *sql.Tx) error { return outbox.Void(ctx, tx, p, outbox.TextChanged, h.now) }))
	case 3:
		if p.State == outbox.Sent {
			_ = outbox.Recall(ctx, h.db, p, "ann", h.now)
		}
	case 4:
		if len(h.ofKey(p.Key)) == 0 && p.State == outbox.Asked { // they look, and it is not there
			to := rapid.SampledFrom([]outbox.State{outbox.Planned, outbox.Withdrawn}).Draw(h.rt, "to")
			_ = outbox.Settle(ctx, h.db, p.ID, outbox.Settling{To: to, Replanned: h.again}, "ann", h.now)
		}
	default:
		to := rapid.SampledFrom([]outbox.State{outbox.Planned, outbox.Withdrawn}).Draw(h.rt, "to")
		if p.State != outbox.Asked {
			_ = outbox.Settle(ctx, h.db, p.ID, outbox.Settling{To: to, Replanned: h.again}, "ann", h.now)
		}
	}
}

// again reserves a code for a post that goes out after all.
func (h *history) again(ctx context.Context, tx *sql.Tx, p *outbox.Post) error {
	if p.Kind != outbox.Answer || p.Code != "" {
		return nil
	}
	code, err := coupon.Reserve(ctx, tx, offer, coupon.For{Person: p.Person, Post: p.ID}, h.now)
	if err != nil {
		return err
	}
	return outbox.SetCode(ctx, tx, p.ID, code)
}

func (h *history) ofKey(key string) (out []memory.Posted) {
	for _, x := range h.net.Posts(name) {
		if x.Key == key {
			out = append(out, x)
		}
	}
	return out
}

// holds is what must be true after each step.
func (h *history) holds() {
	h.toldOnce()
	codes := map[string]string{}
	for i := range h.n {
		p := h.post(fmt.Sprint("k", i+1))
		out := len(h.ofKey(p.Key))
		if out > 1 {
			h.rt.Fatalf("%s is out %d times", p.Key, out)
		}
		if ended := []outbox.State{outbox.Refused, outbox.Late, outbox.Withdrawn}; out == 1 && slices.Contains(ended, p.State) {
			h.rt.Fatalf("%s is out, and %s", p.Key, p.State)
		}
		if p.Code != "" {
			if other := codes[p.Code]; other != "" {
				h.rt.Fatalf("%s and %s tell the same code", other, p.Key)
			}
			codes[p.Code] = p.Key
			if s := h.code(p); s == "free" {
				h.rt.Fatalf("%s is %s, and its code is free", p.Key, p.State)
			}
		}
		h.mentionOf(p)
	}
}

// toldOnce holds that a code which somebody was told is nobody else's, and not free.
func (h *history) toldOnce() {
	to := map[string]string{}
	for _, x := range h.net.Posts(name) {
		_, code, coded := strings.Cut(x.Text, "your code is ")
		if !coded {
			continue
		}
		if other := to[code]; other != "" && other != x.Key {
			h.rt.Fatalf("%s and %s were told the same code", other, x.Key)
		}
		to[code] = x.Key
		if s := h.code(&outbox.Post{Code: code}); s == "free" {
			h.rt.Fatalf("%s was told a code that is free", x.Key)
		}
	}
}

// mentionOf holds that an answer which is not out, and will not go, leaves its mention open.
func (h *history) mentionOf(p *outbox.Post) {
	if p.Mention == "" {
		return
	}
	m, err := inbox.One(context.Background(), h.db.Read, p.Mention)
	if err != nil || m == nil {
		h.rt.Fatalf("%v, %v", m, err)
	}
	gone := slices.Contains([]outbox.State{outbox.Refused, outbox.Late, outbox.Withdrawn, outbox.Recalled}, p.State)
	if gone && m.State != inbox.Desk && m.State != inbox.Closed {
		h.rt.Fatalf("the answer %s is %s (%s), and its mention is %s", p.Key, p.State, p.Reason, m.State)
	}
	if p.State == outbox.Sent && m.State != inbox.Answered && m.State != inbox.Desk {
		h.rt.Fatalf("the answer %s is out, and its mention is %s", p.Key, m.State)
	}
}
