package compose

import (
	"hash/fnv"
	"math/rand/v2"
	"strings"

	"magpie/internal/outbox"
	"magpie/internal/workspace"
)

// variant picks the text in the reader's language, or else the account's. Of several
// variants each post has always the same: public posts in turns, others by their key.
func variant(t *workspace.Template, language, fallback string, p *outbox.Post) *workspace.Text {
	if t == nil {
		return nil
	}
	texts := t.In(language)
	if len(texts) == 0 {
		texts = t.In(fallback)
	}
	if len(texts) == 0 {
		return nil
	}
	if p.Kind == outbox.Public && p.Turn >= 0 {
		return &texts[inTurn(len(texts), p.Turn, hash(StepKey(p)))]
	}
	key := p.Key
	if p.Campaign == PushCampaign { // what was shown goes out, though the time in its key is another one
		key = key[:strings.LastIndexByte(key, '/')+1]
	}
	return &texts[hash(key)%uint64(len(texts))]
}

// hash spreads keys. It is the 32 bits that posts from before had.
func hash(key string) uint64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	return uint64(h.Sum32())
}

// StepKey names the step and account of a post, by which variants take turns.
func StepKey(p *outbox.Post) string {
	return strings.Join([]string{p.Campaign, p.Step, p.Account}, "/")
}

// inTurn is which of n comes at a turn: each once in every n, in another order each time,
// and none twice running.
func inTurn(n int, turn int64, seed uint64) int {
	round, at := uint64(turn)/uint64(n), int(turn%int64(n)) //nolint:gosec // turns are not negative
	if n < 3 {
		return int((uint64(at) + seed) % uint64(n))
	}
	order := orderOf(n, round, seed)
	if round > 0 && order[0] == orderOf(n, round-1, seed)[n-1] {
		order[0], order[1] = order[1], order[0]
	}
	return order[at]
}

// orderOf is the order of a round.
func orderOf(n int, round, seed uint64) []int {
	return rand.New(rand.NewPCG(seed, round)).Perm(n) //nolint:gosec // no secret
}
