package segment

import (
	"errors"
	"fmt"
	"time"

	"github.com/expr-lang/expr/ast"
)

// Leaf is one condition of a segment, in which there is no other.
type Leaf struct {
	Text  string
	parts []part
	value string        // SQL of what is compared, of person p; "" where it is no field
	args  []part        // of value
	since bool          // value is an instant, and the condition turns when it is so long ago:
	after time.Duration // this long
}

// SQL is the condition alone, as Segment.SQL.
func (l Leaf) SQL(now time.Time, speaker string, first int) (string, []any) {
	return written(l.parts, now, speaker, first)
}

// Value is what the condition looks at, as SQL over person p; since tells whether it is an instant, and the condition turns by itself when
// that is so long ago. It is empty where there is no such value.
func (l Leaf) Value(speaker string, first int) (sql string, args []any, since bool, after time.Duration) {
	if l.value != "" {
		return l.value, nil, l.since, l.after
	}
	sql, args = written(l.args, time.Time{}, speaker, first)
	return sql, args, l.since, l.after
}

// leaf writes a condition in which there is no other, and notes it.
func (c *compiler) leaf(n ast.Node, write func(*Leaf) error) error {
	l := Leaf{Text: brief(wrapped.ReplaceAllString(n.String(), "$1"))}
	from := len(c.s.parts)
	if err := write(&l); err != nil {
		return err
	}
	l.parts = c.s.parts[from:]
	c.s.Leaves = append(c.s.Leaves, l)
	return nil
}

// other writes the condition of a segment that this one names.
func (c *compiler) other(name, help string) error {
	if c.named == nil {
		return fmt.Errorf("write %s", help)
	}
	s, err := c.named(name)
	if err != nil {
		return err
	}
	if s == nil {
		return errors.New("it names the segment " + name + ", which is wrong itself")
	}
	if len(c.s.parts)+len(s.parts) > mostParts {
		return errors.New("with the segments that it names the condition is too long")
	}
	c.sql("(")
	c.s.parts = append(c.s.parts, s.parts...)
	c.sql(")")
	c.s.Accounts, c.s.Offers, c.s.Networks = append(c.s.Accounts, s.Accounts...), append(c.s.Offers, s.Offers...), append(c.s.Networks,
		s.Networks...)
	c.s.Leaves = append(c.s.Leaves, s.Leaves...)
	return nil
}

// mostParts bounds what segments that name segments grow to.
const mostParts = 4000
