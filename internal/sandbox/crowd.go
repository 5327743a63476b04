package sandbox

import (
	"math/rand/v2"
	"regexp"
	"sync"
	"time"
)

// Bounds of what people do, so that they stay lively and readable.
const (
	repliesMax    = 6    // to one post
	repliesShare  = 0.08 // of the followers
	messagesMax   = 8    // that one person ever sends
	perThread     = 2    // that one person sends in one thread
	likesShare    = 0.06
	likesMax      = 9
	thanksChance  = 0.30 // for a code
	stopChance    = 0.07 // after a code
	politeChance  = 0.15 // thanks for an answer
	privateChance = 0.25 // of a spontaneous message
)

// crowd are the followers, who react by themselves. Server.mu guards it; dice
// are thrown in the order of events, so that a seed gives the same people.
type crowd struct {
	s       *Server
	dice    *rand.Rand
	fans    map[*account][]*fan // of a brand
	byOwner map[*account]*fan
	made    int
	running sync.WaitGroup
}

// fan is one of them.
type fan struct {
	a       *account
	said    int
	threads map[string]int
	gone    bool // said stop, and means it
}

func newCrowd(s *Server) *crowd {
	seed := uint64(s.options.Seed) //nolint:gosec // any bits will do
	return &crowd{
		s: s, dice: rand.New(rand.NewPCG(seed, 0x6d61677069650000)), //nolint:gosec // a play, no secret
		fans: map[*account][]*fan{}, byOwner: map[*account]*fan{},
	}
}

// populate gives a brand n followers.
func (c *crowd) populate(brand *account, n int) {
	for range n {
		c.s.follow(c.newFan(brand).a, brand)
	}
}

func (c *crowd) newFan(brand *account) *fan {
	acct, display, language := personName(c.dice, c.made)
	for c.s.find(acct) != nil {
		c.made++
		acct, display, language = personName(c.dice, c.made)
	}
	c.made++
	a := c.s.create(acct)
	a.display, a.language = display, language
	a.claimed = int(c.dice.ExpFloat64() * 120)
	f := &fan{a: a, threads: map[string]int{}}
	c.fans[brand] = append(c.fans[brand], f)
	c.byOwner[a] = f
	return f
}

// start lets people speak without being asked.
func (c *crowd) start() {
	if !c.s.options.Quiet && c.s.options.Followers > 0 {
		c.s.do(c.stir)
	}
}

// stir plans the next spontaneous deed, for ever.
func (c *crowd) stir() {
	c.plan(func() {
		c.spontaneous()
		c.stir()
	})
}

// plan has f done some time later, unless the server ends before.
func (c *crowd) plan(f func()) {
	select {
	case <-c.s.done:
		return
	default:
	}
	tempo := float64(c.s.options.Tempo)
	delay := time.Duration(min(0.15+c.dice.ExpFloat64()*0.85, 4) * tempo)
	c.running.Add(1)
	go func() {
		defer c.running.Done()
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-c.s.done:
		case <-timer.C:
			c.s.do(f)
		}
	}()
}

// wait lasts until nobody does anything any more; Server.done must be closed.
func (c *crowd) wait() { c.running.Wait() }

// react lets people answer a post of a brand. Nobody reacts to people, so that
// two of them never talk for ever.
func (c *crowd) react(x *status) {
	if c.s.options.Quiet || !x.author.brand || x.reblog != nil {
		return
	}
	if x.parent == nil && x.visibility != "direct" {
		c.welcome(x)
	}
	for _, a := range x.mentions {
		if f := c.byOwner[a]; f != nil {
			c.answered(f, x)
		}
	}
}

// welcome is what followers do with a new post.
func (c *crowd) welcome(x *status) {
	fans := c.fans[x.author]
	if len(fans) == 0 {
		return
	}
	most := min(repliesMax, max(1, int(float64(len(fans))*repliesShare)))
	for range 1 + c.dice.IntN(most) {
		f := c.any(fans)
		words := c.pick(c.choose(50, 22, 8, 20), f)
		c.plan(func() { c.speak(f, x, words) })
	}
	likes := min(likesMax, int(float64(len(fans))*likesShare))
	for range c.dice.IntN(likes + 1) {
		f := c.any(fans)
		c.plan(func() { c.like(f, x) })
	}
}

func (c *crowd) any(fans []*fan) *fan { return fans[c.dice.IntN(len(fans))] }

// codeRule is what looks like a coupon code.
var codeRule = regexp.MustCompile(`\b[A-Z0-9]{2,}(-[A-Z0-9]{2,})+\b|\b[A-Z0-9]{6,}\b`)

// answered is what a person does who was answered by a brand.
func (c *crowd) answered(f *fan, x *status) {
	p := c.s.options.Phrases
	luck := c.dice.Float64()
	gift := x.visibility == "direct" && codeRule.MatchString(x.text)
	switch {
	case gift && luck < stopChance:
		words := c.pick(p.Stops, f)
		c.plan(func() { c.speak(f, x, words); f.gone = true })
	case gift && luck < stopChance+thanksChance, !gift && luck < politeChance:
		words := c.pick(p.Thanks, f)
		c.plan(func() { c.speak(f, x, words) })
	case luck < 0.6:
		c.plan(func() { c.like(f, x) })
	}
}

// speak answers x, if the person has not said enough already.
func (c *crowd) speak(f *fan, x *status, words string) {
	if x.deleted || !x.visible(c.s, f.a) || !c.may(f) || f.threads[x.conversation] >= perThread {
		return
	}
	f.said++
	f.threads[x.conversation]++
	c.s.reply(f.a, x, words)
}

func (c *crowd) may(f *fan) bool { return !f.gone && f.said < messagesMax }

func (c *crowd) like(f *fan, x *status) {
	if x.visible(c.s, f.a) && !f.gone {
		_ = c.s.favourite(&call{me: f.a}, x) // never fails
	}
}

// spontaneous is something that somebody does without being asked.
func (c *crowd) spontaneous() {
	brands := c.s.world.brands
	if len(brands) == 0 {
		return
	}
	brand := brands[c.dice.IntN(len(brands))]
	fans := c.fans[brand]
	if len(fans) == 0 {
		return
	}
	f := c.any(fans)
	p := c.s.options.Phrases
	switch luck := c.dice.IntN(100); {
	case luck < 60:
		c.mention(f, brand, c.pick(c.choose(25, 55, 20, 0), f))
	case luck < 68:
		c.mention(f, brand, c.pick(p.Joins, f))
	case luck < 72:
		c.mention(f, brand, c.pick(p.Stops, f))
		f.gone = true
	case luck < 86:
		c.s.follow(c.newFan(brand).a, brand)
	case luck < 92:
		c.s.unfollow(f.a, brand)
	default:
		c.s.follow(f.a, brand)
	}
}

func (c *crowd) mention(f *fan, brand *account, words string) {
	if !c.may(f) {
		return
	}
	f.said++
	visibility := "public"
	if c.dice.Float64() < privateChance {
		visibility = "direct"
	}
	c.s.publish(draft{
		author: f.a, text: c.s.addressed(words, []string{brand.acct()}), visibility: visibility, language: f.a.language,
	})
}

// choose throws a die with four sides of these weights: claim, question,
// complaint, thanks.
func (c *crowd) choose(weights ...int) map[string][]string {
	p := c.s.options.Phrases
	kinds := []map[string][]string{p.Claims, p.Questions, p.Complaints, p.Thanks}
	sum := 0
	for _, w := range weights {
		sum += w
	}
	luck := c.dice.IntN(sum)
	for i, w := range weights {
		if luck -= w; luck < 0 {
			return kinds[i]
		}
	}
	return kinds[0]
}

// pick is one of the phrases in the person's language, or else in English.
func (c *crowd) pick(phrases map[string][]string, f *fan) string {
	list := phrases[f.a.language]
	if len(list) == 0 {
		list = phrases["en"]
	}
	if len(list) == 0 {
		return "👋"
	}
	return list[c.dice.IntN(len(list))]
}
