package people

import (
	"fmt"
	"hash/maphash"
	"strconv"
	"strings"
	"time"

	lang "golang.org/x/text/language"

	"magpie/internal/locale"
	"magpie/internal/network"
)

// oddities tells of what is taken and can hardly be meant.
type oddities struct {
	now   time.Time
	warn  func(string)
	first map[uint64]int32 // where a handle stood before, by its hash
	seed  maphash.Seed
	said  int
	begun bool
	kinds []network.Kind
	name  string // the first that there is
}

// manyOddities are told; the rest are counted.
const manyOddities = 50

func (o *oddities) say(line int, format string, args ...any) {
	if o.said++; o.said <= manyOddities && o.warn != nil {
		o.warn(fmt.Sprintf("line %d: ", line) + fmt.Sprintf(format, args...))
	}
}

// rest tells how many more there were.
func (o *oddities) rest() {
	if o.said > manyOddities && o.warn != nil {
		o.warn(fmt.Sprintf("and %d more such lines", o.said-manyOddities))
	}
}

func (o *oddities) look(line int, c Customer) {
	if !o.begun {
		o.seed, o.begun = maphash.MakeSeed(), true
	}
	if o.name == "" {
		o.name = c.name
	}
	for _, u := range c.unfit {
		o.say(line, "%s is left out: an address is written as ann@shop.example, a number with its country's, as +49 30 123456", u)
	}
	for i, h := range c.handles {
		if h == "" {
			continue
		}
		key := maphash.String(o.seed, strconv.Itoa(i)+" "+h)
		if before, twice := o.first[key]; twice {
			if i > len(o.kinds) && c.handles[len(o.kinds)] != "" { // an address or a phone, of a customer with a number
				o.say(line, "%s is in line %d already: two customers stay two, and it stays with the first", h, before)
			} else {
				o.say(line, "%s is in line %d already: what the later line says counts", h, before)
			}
		} else {
			o.first[key] = int32(line)
		}
		if i < len(o.kinds) && o.kinds[i].Federated && !strings.Contains(h, "@") {
			o.say(line, "%s names no server: write %s@server.example, or nobody on another server is meant", h, h)
		}
	}
	if c.lastOrder > o.now.Add(24*time.Hour).UnixMilli() {
		o.say(line, "last_order: %s is in the future", time.UnixMilli(c.lastOrder).UTC().Format(time.DateOnly))
	}
	if base, err := lang.ParseBase(locale.Main(c.language)); c.language != "" && (err != nil || base.String() == "und") {
		o.say(line, "language: %q is the short form of no language: write en, zh or es", c.language)
	}
}
