package outbox

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"magpie/internal/audit"
	"magpie/internal/network"
	"magpie/internal/store"
)

// A text that is too long goes out as a thread. When the first part is frozen,
// the words of all others are written down beside it; each part brings the next
// one into the outbox in the transaction that notes that it is out. So a thread
// that was cut off goes on where it was, each part once.

// kept is how the parts to come are stored.
type kept struct {
	Language string   `json:"language,omitempty"`
	Texts    []string `json:"texts"`
}

func encodeRest(language string, rest []string) string {
	if len(rest) == 0 {
		return ""
	}
	text, _ := json.Marshal(kept{language, rest}) // strings can't fail
	return string(text)
}

func decodeRest(text string) (k kept) {
	_ = json.Unmarshal([]byte(text), &k) // "" is none
	return k
}

// partKey is the key of the part that comes after the one with that key.
func partKey(key string) string {
	root, number, _ := strings.Cut(key, partMark)
	n, err := strconv.Atoi(number)
	if err != nil {
		n = 1
	}
	return fmt.Sprintf("%s%s%d", root, partMark, n+1)
}

const partMark = "/part "

// Parts are all parts of the thread that a post belongs to, in order, as far as they
// are in the outbox.
func Parts(ctx context.Context, q store.Querier, post *Post) ([]*Post, error) {
	root, _, _ := strings.Cut(post.Key, partMark)
	all, err := selected(ctx, q, `key = $1 OR key >= $2 AND key < $3`, root, root+partMark, root+partMark+"~")
	slices.SortFunc(all, func(a, b *Post) int { return cmp.Or(len(a.Key)-len(b.Key), strings.Compare(a.Key, b.Key)) })
	return all, err
}

// GoOn brings the next part of a thread into the outbox: the one before it is
// out. It returns nil at the end of a thread, and where a person has taken it back.
func GoOn(ctx context.Context, tx *sql.Tx, post *Post, r network.Receipt, now time.Time) (next *Post, err error) {
	if len(post.Rest) == 0 {
		return nil, nil //nolint:nilnil // the end is no error
	}
	parts, err := Parts(ctx, tx, post)
	if err != nil || slices.ContainsFunc(parts, func(p *Post) bool { return p.State == Recalled }) {
		return nil, err
	}
	next = &Post{Key: partKey(post.Key), Kind: post.Kind, Account: post.Account, Campaign: post.Campaign, Step: post.Step,
		Occurrence: post.Occurrence,
		Follows:    post.ID, Ref: r.ID, Language: post.RestLanguage, RestLanguage: post.RestLanguage, Text: post.Rest[0], Rest: post.Rest[1:],
		SlotAt: post.SlotAt, NextAt: now, Author: post.Author}
	added, err := Add(ctx, tx, next, now)
	if err != nil || !added || r.ID != "" {
		return next, err
	}
	_, err = Move(ctx, tx, next, Asked, Because("the part of the thread before this one was settled without its address: "+
		"run “magpie outbox settle send "+next.ID+" --url ADDRESS-OF-THAT-PART”, "+
		"or post this part by hand as a reply to it"), By{audit.Bot, now}, Planned)
	return next, err
}

// Last makes a part the last of its thread.
func Last(ctx context.Context, tx *sql.Tx, post *Post) error {
	post.Rest = nil
	_, err := tx.ExecContext(ctx, `UPDATE posts SET rest = '' WHERE id = $1`, post.ID)
	return err
}

// Ending is how a post ends: a part of a thread that is refused is left to a person,
// who can let the thread go on.
func Ending(post *Post, to State) State {
	if to == Refused && post.Follows != "" {
		return Asked
	}
	return to
}
