package people_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"magpie/internal/people"
	"magpie/internal/segment"
)

// crowd makes persons of every sort.
func crowd(t *testing.T, b *people.Book, n int) (out []soul) {
	t.Helper()
	tx, err := b.DB.Writer().Begin()
	if err != nil {
		t.Fatal(err)
	}
	do := func(query string, args ...any) {
		if _, err := tx.Exec(query, args...); err != nil {
			t.Fatal(err)
		}
	}
	pick := func(i, prime, n int) int { return (i * prime / 7) % n }
	ms := func(ago time.Duration) int64 { return noon.Add(-ago).UnixMilli() }
	for i := range n {
		s := soul{id: int64(i + 1), orders: int64(pick(i, 11, 4)), spent: int64(pick(i, 13, 8) * 5000), followers: int64(pick(i, 17, 5)),
			lastOrder: -1,
			known:     agoes[pick(i, 19, len(agoes))], city: cities[pick(i, 23, len(cities))], language: []string{"", "en", "zh"}[pick(i,
				29, 3)],
			tags: map[string]bool{}, nets: map[string]bool{}, follows: map[string]time.Duration{}, consents: map[string]bool{},
			coupons: map[string]string{}}
		var last any
		if i%3 != 0 {
			s.lastOrder = agoes[pick(i, 31, len(agoes))]
			last = ms(s.lastOrder)
		}
		do(`INSERT INTO persons (id, name, language, city, orders, spent, last_order, followers_count, created_at)
			VALUES ($1, '', $2, $3, $4, $5, $6, $7, $8)`,
			s.id, s.language, s.city, s.orders, s.spent, last, s.followers, ms(s.known))
		for j, w := range tagWords {
			if s.tags[w] = pick(i, 37+j, 3) == 0; s.tags[w] {
				do(`INSERT INTO person_tags (person, tag) VALUES ($1, $2)`, s.id, w)
			}
		}
		for j, w := range nets {
			if s.nets[w] = pick(i, 41+j, 2) == 0; s.nets[w] {
				do(`INSERT INTO handles (network, handle, person) VALUES ($1, $2, $3)`, w, fmt.Sprint("h", i), s.id)
			}
		}
		for j, w := range accounts {
			switch ago := agoes[pick(i, 43+j, len(agoes))]; pick(i, 47+j, 3) {
			case 0:
				s.follows[w] = ago
				do(`INSERT INTO followers (account, person, since, seen) VALUES ($1, $2, $3, 1)`, w, s.id, ms(ago))
			case 1:
				s.follows[w] = -1
				do(`INSERT INTO followers (account, person, since, until, seen) VALUES ($1, $2, $3, $4, 1)`, w, s.id, ms(ago), ms(0))
			}
			switch pick(i, 53+j, 3) {
			case 0:
				s.consents[w] = true
				do(`INSERT INTO consents (person, account, kind, given_at, source) VALUES ($1, $2, 'direct', 1, '')`, s.id, w)
			case 1:
				do(`INSERT INTO consents (person, account, kind, given_at, source, withdrawn_at) VALUES ($1, $2, 'direct', 1, '', 2)`,
					s.id, w)
			}
		}
		for j, w := range offers {
			if state := []string{"", "reserved", "delivered", "redeemed"}[pick(i, 59+j, 4)]; state != "" {
				s.coupons[w] = state
				do(`INSERT INTO coupons (code, offer, state, person, ordinal, created_at)
					VALUES ($1, $2, $3, $4, 1, 1)`, fmt.Sprint(w, i), w, state, s.id)
			}
		}
		out = append(out, s)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestSegmentsAgainstOracle: SQL and plain Go agree on who is in a segment.
func TestSegmentsAgainstOracle(t *testing.T) {
	b := open(t)
	all := crowd(t, b, 240)
	hits, rounds := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		c := expression(rapid.IntRange(0, 3).Draw(t, "depth")).Draw(t, "condition")
		s, err := segment.Compile(c.text)
		if err != nil {
			t.Fatalf("%s: %v", c.text, err)
		}
		want := map[int64]bool{}
		for _, p := range all {
			if c.is(p) {
				want[p.id] = true
			}
		}
		rounds++
		if len(want) > 0 && len(want) < len(all) {
			hits++
		}
		n, err := people.Count(t.Context(), b.DB.Read, s, speaker, noon)
		if err != nil || n != len(want) {
			t.Fatalf("%s: %d (%v), want %d", c.text, n, err, len(want))
		}
		got, err := people.Recipients(t.Context(), b.DB.Read, s, people.Speaker{Account: speaker, Network: "mastodon"}, 0, 1000, noon)
		if err != nil {
			t.Fatal(err)
		}
		to := 0
		for _, r := range got {
			if !want[r.Person] {
				t.Fatalf("%s: %+v is in it", c.text, all[r.Person-1])
			}
			p := all[r.Person-1]
			if may := p.consents[speaker] && p.nets["mastodon"]; may != (r.Missing == "") {
				t.Fatalf("%+v: %q", p, r.Missing)
			} else if may {
				to++
			}
		}
		aud, out, err := people.Audience(t.Context(), b.DB.Read, s, speaker, "mastodon", noon)
		left := 0
		for _, x := range out {
			left += x
		}
		if err != nil || aud != to || aud+left != len(want) {
			t.Fatalf("%s: to %d and not to %v (%v), want %d of %d", c.text, aud, out, err, to, len(want))
		}
		one := all[rapid.IntRange(0, len(all)-1).Draw(t, "one")]
		if in, err := people.In(t.Context(), b.DB.Read, s, one.id, speaker, noon); err != nil || in != want[one.id] {
			t.Fatalf("%s: %+v: %v, %v", c.text, one, in, err)
		}
	})
	if !t.Failed() && hits*4 < rounds {
		t.Errorf("only %d of %d conditions told some from others", hits, rounds)
	}
}

// TestUnknownLastOrder: of whom we know no order is neither recent nor old.
func TestUnknownLastOrder(t *testing.T) {
	b := open(t)
	load(t, b, "mastodon,orders,last_order", "new,0,", "recent,1,2027-11-01", "old,1,2026-01-01")
	for text, want := range map[string]string{
		"last_order < 180d": "recent", "last_order >= 180d": "old", "not (last_order < 180d)": "new old",
		"not (last_order >= 180d)":                "new recent",
		"last_order < 180d or last_order >= 180d": "recent old", "orders >= 1 and not (last_order < 180d)": "old",
	} {
		s, err := segment.Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := people.Recipients(t.Context(), b.DB.Read, s, people.Speaker{Account: speaker, Network: "mastodon"}, 0, 10, noon)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, r := range got {
			names = append(names, r.To.Handle)
		}
		if strings.Join(names, " ") != want {
			t.Errorf("%s: got %v, want %s", text, names, want)
		}
	}
}

// TestRecipientsInChunks: each person once, whatever the chunk.
func TestRecipientsInChunks(t *testing.T) {
	b := open(t)
	crowd(t, b, 100)
	s, err := segment.Compile("orders >= 1")
	if err != nil {
		t.Fatal(err)
	}
	n, err := people.Count(t.Context(), b.DB.Read, s, speaker, noon)
	if err != nil {
		t.Fatal(err)
	}
	for _, chunk := range []int{1, 7, 1000} {
		after, seen := int64(0), 0
		for {
			some, err := people.Recipients(t.Context(), b.DB.Read, s, people.Speaker{Account: speaker, Network: "bluesky"}, after, chunk,
				noon)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range some {
				if r.Person <= after {
					t.Fatalf("%d after %d", r.Person, after)
				}
				after = r.Person
				seen++
			}
			if len(some) < chunk {
				break
			}
		}
		if seen != n {
			t.Errorf("chunks of %d: %d persons, want %d", chunk, seen, n)
		}
	}
}
