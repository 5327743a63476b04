package xfake

import (
	"cmp"
	"strconv"
	"time"
)

// epoch is when X's ids begin, in milliseconds of Unix time.
const epoch = 1288834974657

// ids makes ids that grow, as X's do: milliseconds, and 22 bits more.
type ids struct {
	clock func() time.Time
	last  int64
}

func (i *ids) next() string {
	i.last = max((i.clock().UnixMilli()-epoch)<<22, i.last+1)
	return strconv.FormatInt(i.last, 10)
}

// isID tells whether text can be an id: ^[0-9]{1,19}$.
func isID(text string) bool {
	if text == "" || len(text) > 19 {
		return false
	}
	for _, c := range text {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// compareIDs orders ids: the longer one is later, then by text.
func compareIDs(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}
