package people

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"magpie/internal/network"
	"magpie/internal/segment"
	"magpie/internal/store"
)

// Subject is a person's name in the audit log.
func Subject(person int64) string { return "person " + strconv.FormatInt(person, 10) }

// Count tells how many persons fulfil a segment.
func Count(ctx context.Context, q store.Querier, s *segment.Segment, speaker string, now time.Time) (n int, err error) {
	where, args := s.SQL(now, speaker, 1)
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM persons p WHERE `+where, args...).Scan(&n)
	return n, err
}

// In tells whether a person fulfils a segment.
func In(ctx context.Context, q store.Querier, s *segment.Segment, person int64, speaker string, now time.Time) (in bool, err error) {
	where, args := s.SQL(now, speaker, 2)
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM persons p WHERE p.id = $1
		AND `+where+`)`, append([]any{person}, args...)...).Scan(&in)
	return in, err
}

// Recipient is a person as a direct post needs them.
type Recipient struct {
	Person  int64
	To      network.Person
	Missing string // why nothing can be sent; empty if it can
}

// Speaker is an account of ours.
type Speaker struct{ Account, Network string }

// Recipients returns up to limit persons of a segment with ids above after, in
// the order of their ids, with what account may do: those it must not write to
// are returned too, with the reason. Who has several handles on the network is returned several times, first by one that we have met.
func Recipients(ctx context.Context, q store.Querier, s *segment.Segment, by Speaker, after int64, limit int,
	now time.Time) (out []Recipient, err error) {
	where, args := s.SQL(now, by.Account, 4)
	rows, err := q.QueryContext(ctx, `SELECT p.id, p.name, p.language, COALESCE(h.handle, ''), COALESCE(h.remote_id, ''),
		EXISTS (SELECT 1 FROM optouts o WHERE o.person = p.id),
		EXISTS (SELECT 1 FROM consents c WHERE c.person = p.id AND c.account = $1 AND c.kind = 'direct' AND c.withdrawn_at IS NULL)
		FROM persons p LEFT JOIN handles h ON h.person = p.id AND h.network = $2 AND h.handle NOT LIKE '%`+former+`'
		WHERE p.id > $3 AND `+where+` ORDER BY p.id, h.remote_id IS NULL, h.handle LIMIT `+strconv.Itoa(limit),
		append([]any{by.Account, by.Network, after}, args...)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r Recipient
		var optedOut, consents bool
		if err := rows.Scan(&r.Person, &r.To.Name, &r.To.Language, &r.To.Handle, &r.To.ID, &optedOut, &consents); err != nil {
			return nil, err
		}
		r.Missing = missing(r, by.Network, optedOut, consents)
		out = append(out, r)
	}
	return out, rows.Err()
}

func missing(r Recipient, net string, optedOut, consents bool) string {
	switch {
	case optedOut:
		return "has opted out"
	case !consents:
		return "has not consented to messages from this account"
	case r.To.Handle == "":
		return "has no handle on " + net
	}
	return ""
}

// Encode is a recipient as it is stored with a post.
func Encode(p network.Person) string {
	b, _ := json.Marshal(p) // texts and numbers can't fail
	return string(b)
}

// Decode is the reverse of Encode.
func Decode(s string) (p network.Person) {
	_ = json.Unmarshal([]byte(s), &p) // an empty text is nobody
	return p
}

// Audience counts the persons of a segment that account may write to on a
// network, and those it may not, by the reason.
func Audience(ctx context.Context, q store.Querier, s *segment.Segment, account, net string, now time.Time) (n int, leftOut map[string]int,
	err error) {
	where, args := s.SQL(now, account, 3)
	rows, err := q.QueryContext(ctx, `SELECT EXISTS (SELECT 1 FROM consents c WHERE c.person = p.id AND c.account = $1
		AND c.kind = 'direct' AND c.withdrawn_at IS NULL),
		EXISTS (SELECT 1 FROM handles h WHERE h.person = p.id AND h.network = $2 AND h.handle NOT LIKE '%`+former+`'),
		EXISTS (SELECT 1 FROM optouts o WHERE o.person = p.id), count(*) FROM persons p
			WHERE `+where+` GROUP BY 1, 2, 3`, append([]any{account, net}, args...)...)
	if err != nil {
		return 0, nil, err
	}
	defer rows.Close()
	leftOut = map[string]int{}
	for rows.Next() {
		var consents, has, optedOut bool
		var count int
		if err := rows.Scan(&consents, &has, &optedOut, &count); err != nil {
			return 0, nil, err
		}
		r := Recipient{}
		if has {
			r.To.Handle = net
		}
		if why := missing(r, net, optedOut, consents); why != "" {
			leftOut[why] += count
		} else {
			n += count
		}
	}
	return n, leftOut, rows.Err()
}
