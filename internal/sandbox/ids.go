package sandbox

import (
	"strconv"
	"strings"
	"time"
)

// ids makes ids that grow with time: a snowflake in digits as Mastodon has
// them (milliseconds and 16 bits more), or a ULID.
type ids struct {
	clock  func() time.Time
	ulid   bool
	last   uint64
	serial uint64 // for follows and notifications, as a database counts
}

func newIDs(clock func() time.Time, ulid bool) *ids {
	return &ids{clock: clock, ulid: ulid, serial: 34974}
}

// next is the id of a status, an account or a picture.
func (i *ids) next() string {
	id := uint64(i.clock().UnixMilli()) << 16 //nolint:gosec // after 1970
	i.last = max(id, i.last+1)
	return i.write(i.last)
}

// count is the id of a notification or a follow.
func (i *ids) count() string {
	i.serial++
	if i.ulid {
		return i.write(i.serial)
	}
	return strconv.FormatUint(i.serial, 10)
}

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// write gives the id its form: digits, or 26 letters of which the first ten are
// the time (ULID specification).
func (i *ids) write(id uint64) string {
	if !i.ulid {
		return strconv.FormatUint(id, 10)
	}
	return base32(id>>16, 10) + base32(id&0xffff, 16)
}

func base32(n uint64, width int) string {
	b := []byte(strings.Repeat("0", width))
	for at := width - 1; at >= 0 && n > 0; at-- {
		b[at] = crockford[n&31]
		n >>= 5
	}
	return string(b)
}

// compareIDs orders ids: the longer one is later, then by text.
func compareIDs(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}
