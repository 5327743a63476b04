package x

import (
	"time"

	"magpie/internal/network"
)

// Choices are those of an account on X, under x: in its file.
type Choices struct {
	Budget     *network.Amount `yaml:"budget"`      // at most so much a month; X charges for each call
	LongText   bool            `yaml:"long_text"`   // the account has Premium: 25,000 characters
	OwnsApp    bool            `yaml:"owns_app"`    // the account owns its developer app: X charges it less for reading
	Followers  bool            `yaml:"followers"`   // read the followers each day, which X charges for
	Metrics    bool            `yaml:"metrics"`     // read how its posts fare, which X charges for
	AIApproval string          `yaml:"ai_approval"` // the reference of X's approval of answers by a model
}

// Effect implements network.Choices. X bills by UTC.
func (c *Choices) Effect() network.Effect {
	e := network.Effect{Spend: network.Spend{Zone: time.UTC}, LongText: c.LongText, Followers: c.Followers, Metrics: c.Metrics}
	if c.Budget != nil {
		e.Spend.Budget = c.Budget.Price
	}
	return e
}

// chosen are the choices of an account, or none.
func chosen(s network.Settings) *Choices {
	if c, ok := s.Choices.(*Choices); ok && c != nil {
		return c
	}
	return &Choices{}
}

// look warns of an account that may spend without end.
func look(f network.AccountFile) []network.Mistake {
	if c, ok := f.Choices.(*Choices); ok && c.Budget != nil {
		return nil
	}
	return []network.Mistake{{Key: "network", Text: "X charges for each call, and this account has no budget",
		Hint: "write x: {budget: 50 USD}, the most to spend in a month", Warning: true}}
}
