package publish_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"magpie/internal/coupon"
	"magpie/internal/network"
	"magpie/internal/network/memory"
	"magpie/internal/outbox"
	"magpie/internal/store/storetest"
)

// chaos is a network and a machine that fail by chance: answers are lost after
// and before storing, posts are refused, processes are killed around each call.
type chaos struct {
	*world
	rt       *rapid.T
	spy      *spy
	on       bool
	refused  map[string]bool
	killed   bool
	attempts int
}

// Each weighs how a call ends.
var endings = []string{"good", "good", "good", "good", "unknown", "unknown stored", "busy", "refused", "signed out", "killed before",
	"killed after"}

func (c *chaos) publish(ctx context.Context, x network.Sealed) (network.Receipt, error) {
	c.attempts++
	how := "good"
	if c.on && !c.killed {
		how = rapid.SampledFrom(endings).Draw(c.rt, "ending")
	}
	if c.killed {
		return network.Receipt{}, network.Fail(network.Unknown, "killed")
	}
	switch how {
	case "unknown":
		return network.Receipt{}, network.Fail(network.Unknown, "cut off")
	case "busy":
		return network.Receipt{}, &network.Failure{Reason: network.Busy, Wait: 40 * time.Second, Err: errBusy}
	case "signed out":
		return network.Receipt{}, network.Fail(network.SignedOut, "token revoked")
	case "refused":
		c.refused[x.Key] = true
		return network.Receipt{}, network.Fail(network.Refused, "not allowed")
	case "killed before":
		c.killed = true
		return network.Receipt{}, network.Fail(network.Unknown, "killed")
	}
	r, err := c.spy.Client.Publish(ctx, x)
	switch how {
	case "unknown stored":
		return network.Receipt{}, network.Fail(network.Unknown, "cut off")
	case "killed after":
		c.killed = true
		return network.Receipt{}, network.Fail(network.Unknown, "killed")
	}
	return r, err
}

// chaotic publishes by chance, and else as the network does.
type chaotic struct {
	*spy
	c *chaos
}

func (x chaotic) Publish(ctx context.Context, s network.Sealed) (network.Receipt, error) {
	return x.c.publish(ctx, s)
}

// turn is one pass. A process that was killed in it has written down nothing
// of what it was sending: the next one finds it sending.
func (c *chaos) turn() {
	c.p.InFlight = 1 // one after the other: chance is drawn in order
	c.pass()
	if !c.killed {
		return
	}
	if _, err := c.db.Writer().Exec(`UPDATE posts SET state = 'sending', doubts = CASE doubts WHEN 0 THEN 0 ELSE doubts - 1 END
		WHERE state = 'in doubt' AND (reason LIKE '%killed%')`); err != nil {
		c.Fatal(err)
	}
	c.killed = false
	c.restart()
}

// TestModel: whatever fails, and however often the program is killed, at the
// end each post is out once, or its row says why not; no coupon that may be out
// is free.
func TestModel(t *testing.T) {
	for _, replay := range []network.Replay{network.Exact, network.Keyed, network.Blind} {
		t.Run("replay "+string(replay), func(t *testing.T) {
			w := newWorld(t, replay)
			rapid.Check(t, func(rt *rapid.T) { runModel(w, rt, replay) })
		})
	}
}

// clean makes the world new, on the same database.
func (w *world) clean(replay network.Replay) {
	forget := `DROP TRIGGER IF EXISTS audit_is_kept`
	if storetest.OnPostgres() {
		forget = `TRUNCATE audit`
	}
	for _, q := range []string{forget, `DELETE FROM audit`} {
		if _, err := w.db.Writer().Exec(q); err != nil {
			w.Fatal(err)
		}
	}
	for _, table := range []string{"posts", "coupons", "coupon_posts", "pauses", "leases"} {
		if _, err := w.db.Writer().Exec(`DELETE FROM ` + table); err != nil {
			w.Fatal(err)
		}
	}
	w.now, w.out = noon, nil
	w.net = memory.New(func() time.Time { return w.now })
	w.net.Use(name, kind, replay)
	w.client = w.net.Client(name)
}

func runModel(w *world, rt *rapid.T, replay network.Replay) {
	w.clean(replay)
	c := &chaos{world: w, rt: rt, spy: &spy{Client: w.client}, on: true, refused: map[string]bool{}}
	w.client = chaotic{c.spy, c}
	w.restart()
	n := rapid.IntRange(1, 5).Draw(rt, "posts")
	for i := range n {
		key := fmt.Sprint("k", i)
		switch rapid.IntRange(0, 2).Draw(rt, "kind") {
		case 0:
			w.add(key, late(20*time.Minute, rapid.SampledFrom([]string{"skip", "post", "ask"}).Draw(rt, "late")))
		case 1:
			w.add(key, func(p *outbox.Post) { p.Kind, p.Mention = outbox.Answer, key })
		default:
			w.coded(key, int64(i+1))
		}
	}
	for range rapid.IntRange(1, 12).Draw(rt, "turns") {
		switch rapid.IntRange(0, 7).Draw(rt, "what") {
		case 0:
			w.now = w.now.Add(time.Duration(rapid.IntRange(1, 90).Draw(rt, "minutes")) * time.Minute) // slept
		case 1:
			w.restart()
		default:
			w.now = w.now.Add(time.Duration(rapid.IntRange(1, 70).Draw(rt, "seconds")) * time.Second)
		}
		c.turn()
	}
	c.on = false
	for range 18 {
		w.now = w.now.Add(10 * time.Minute)
		c.turn()
	}
	c.verify(rt, n)
}

func (c *chaos) verify(rt *rapid.T, n int) {
	times := map[string]int{}
	for _, p := range c.net.Posts(name) {
		times[p.Key]++
	}
	for i := range n {
		p := c.post(fmt.Sprint("k", i))
		out := times[p.Key]
		switch {
		case out > 1:
			rt.Fatalf("%s is out %d times", p.Key, out)
		case p.State == outbox.Sent && out != 1:
			rt.Fatalf("%s is sent and not out", p.Key)
		case (p.State == outbox.Refused || p.State == outbox.Late) && (out != 0 || p.Reason == ""):
			rt.Fatalf("%s is %s (%s), and out %d times", p.Key, p.State, p.Reason, out)
		case p.State == outbox.Asked && p.Reason == "":
			rt.Fatalf("%s is asked for no reason", p.Key)
		case p.State == outbox.Asked && out == 1:
			rt.Fatalf("%s is out, and a person is asked although it could be found", p.Key)
		case p.State != outbox.Sent && p.State != outbox.Refused && p.State != outbox.Late && p.State != outbox.Asked:
			rt.Fatalf("%s is %s (%s) hours after the last fault", p.Key, p.State, p.Reason)
		case p.State == outbox.Refused && !c.refused[p.Key]:
			rt.Fatalf("%s is refused by nobody", p.Key)
		}
		if p.Code != "" {
			c.verifyCode(rt, p, out)
		}
	}
}

func (c *chaos) verifyCode(rt *rapid.T, p *outbox.Post, out int) {
	want := map[outbox.State]string{outbox.Sent: "delivered", outbox.Asked: "reserved", outbox.Refused: "free", outbox.Late: "free"}[p.State]
	if s := c.code(p); s != want {
		rt.Fatalf("%s is %s and its code is %s", p.Key, p.State, s)
	}
	if l, err := coupon.Count(context.Background(), c.db, offer.Name); err != nil || l.Delivered < out {
		rt.Fatalf("%+v, %v", l, err)
	}
}
