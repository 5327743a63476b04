package network

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"time"
)

// Choices are the block of a network in an account's file, under the network's name (x: {budget: 50 USD}): a pointer to a
// struct whose fields have yaml tags. The connector gets them back as Settings.Choices.
type Choices interface {
	// Effect is what they mean for the rest of the product. It is asked of empty ones too: then the file has no block.
	Effect() Effect
}

// Effect is what an account may spend, and what is read for it.
type Effect struct {
	Spend     Spend
	LongText  bool // texts may have Kind.LongText characters
	Followers bool // the followers are read each day
	Metrics   bool // so are the figures of its posts
	Push      bool // the network sends private messages to /push/ACCOUNT
}

// Spend bounds what an account's calls come to.
type Spend struct {
	Budget Price          // a month; 0: no bound
	Calls  int            // a day; 0: no bound
	Kept   int            // percent of both kept for answers, where the file names no share
	Zone   *time.Location // in which days and months begin
}

// AccountFile is what an account's file says, for its network to look at.
type AccountFile struct {
	Server, Handle string
	Choices        Choices // nil: the file has no block
}

// Mistake is something in an account's file that is wrong for its network, or worth a word.
type Mistake struct {
	Key, Text, Hint string
	Warning         bool
}

// Amount is an amount of US dollars in a file: 50 USD, 12.50 USD or $50.
type Amount struct{ Price }

// AmountRule is the look of one, as a regular expression.
const AmountRule = `^(\$ ?\d{1,7}(\.\d{1,2})?|\d{1,7}(\.\d{1,2})? ?USD)$`

var amountRule = regexp.MustCompile(`^(?:\$ ?(\d{1,7}(?:\.\d{1,2})?)|(\d{1,7}(?:\.\d{1,2})?) ?USD)$`)

// Parse reads an amount.
func (m *Amount) Parse(s string) error {
	x := amountRule.FindStringSubmatch(s)
	if x == nil {
		return fmt.Errorf("%q is not an amount: write it as 50 USD or 12.50 USD", s)
	}
	f, _ := strconv.ParseFloat(x[1]+x[2], 64) // the rule lets only numbers through
	m.Price = Price(math.Round(f*100)) * Dollar / 100
	if m.Price == 0 {
		return fmt.Errorf("%q would allow nothing: to stop an account, pause it", s)
	}
	return nil
}
