package customers

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/bot"
	"magpie/internal/coupon"
	"magpie/internal/money"
)

// refusal is an error that says no, for a reason that the caller can mend.
func refusal(b *bot.Bot, err error) error {
	var no *coupon.Refusal
	switch {
	case !errors.As(err, &no):
		return err
	case no.Reason == "unknown":
		return console.Refused(console.NotHere(b, err))
	}
	return console.Refused(err)
}

func rollbackCode(c *cli.Context) error {
	code, err := console.Arg(c, 0, "the code")
	if err != nil {
		return err
	}
	if err := console.NoMore(c, 1); err != nil {
		return err
	}
	order, why := strings.TrimSpace(c.String("order")), strings.TrimSpace(c.String("why"))
	if order == "" || why == "" {
		return console.Usage("--order and --why are required: %s", console.Call(c))
	}
	b, err := console.Open(c)
	if err != nil {
		return err
	}
	defer b.Close()
	r, err := b.Acts.Rollback(c.Context, code, order, why, console.Who(c))
	if err != nil {
		return refusal(b, err)
	}
	fmt.Fprintf(c.App.Writer, "Taken back: %s no longer counts as used in order %s.\n", r.Code, order)
	return nil
}

// codeRow is a code as programs read it.
type codeRow struct {
	Code       string    `json:"code"`
	Offer      string    `json:"offer"`
	State      string    `json:"state"`
	Person     string    `json:"person,omitempty"`
	Account    string    `json:"account,omitempty"`
	Campaign   string    `json:"campaign,omitempty"`
	Step       string    `json:"step,omitempty"`
	Segment    string    `json:"segment,omitempty"`
	Reserved   string    `json:"reserved_at,omitempty"`
	Delivered  string    `json:"delivered_at,omitempty"`
	ValidUntil string    `json:"valid_until,omitempty"`
	Posts      []string  `json:"posts"`
	Orders     []codeUse `json:"orders"`
}

type codeUse struct {
	Order    string `json:"order"`
	Amount   int64  `json:"amount"` // in the smallest units of the currency
	Currency string `json:"currency"`
	At       string `json:"at"`
	State    string `json:"state"`
	Discount int64  `json:"discount"`
	Refunded int64  `json:"refunded"`
}

func showCode(c *cli.Context) error {
	code, err := console.Arg(c, 0, "the code")
	if err != nil {
		return err
	}
	if err := console.NoMore(c, 1); err != nil {
		return err
	}
	b, err := console.OpenToLook(c)
	if err != nil {
		return err
	}
	defer b.Close()
	s, err := b.Acts.ShowCode(c.Context, code)
	if err != nil {
		return refusal(b, err)
	}
	r := rowOf(c, b, s)
	if c.Bool("json") {
		return console.PrintJSON(c.App.Writer, r)
	}
	printCode(c.App.Writer, b.Checkup.Zone(), r, s)
	return nil
}

func rowOf(c *cli.Context, b *bot.Bot, s coupon.Story) codeRow {
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	r := codeRow{Code: s.Code, Offer: s.Offer, State: s.State, Account: s.Account, Campaign: s.Campaign, Step: s.Step, Segment: s.Segment,
		Reserved: at(s.Reserved), Delivered: at(s.Delivered), ValidUntil: at(s.Until), Posts: append([]string{}, s.Posts...),
		Orders: []codeUse{}}
	if s.Person != 0 {
		if p, err := b.Book.Get(c.Context, s.Person); err == nil && p != nil && len(p.Handles) > 0 {
			r.Person = p.Handles[0].Handle
		}
	}
	for _, u := range s.Used {
		r.Orders = append(r.Orders, codeUse{u.ID, u.Amount, u.Currency, at(u.At), string(u.State), u.Discount, u.Refunded})
	}
	return r
}

// codeStates says what a state means.
var codeStates = map[string]string{
	"free": "free: nobody has it", "reserved": "reserved: it goes out with its post", "delivered": "delivered", "redeemed": "redeemed",
	"locked": "locked for an order that is being placed",
	"shared": "shared: everybody may use it",
}

func printCode(w io.Writer, zone *time.Location, r codeRow, s coupon.Story) {
	say := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%-10s %s\n", name+":", console.Shown(value))
		}
	}
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return console.Moment(t, zone) + " " + zone.String()
	}
	say("Code", s.Code)
	say("Offer", s.Offer)
	say("State", codeStates[s.State])
	if r.Person != "" {
		say("Whose", "@"+r.Person)
	} else if s.Person != 0 {
		say("Whose", "somebody who was erased")
	}
	say("Given", at(s.Reserved))
	say("Delivered", at(s.Delivered))
	if !s.Until.IsZero() {
		say("Valid", "until "+at(s.Until))
	}
	say("For", strings.Trim(s.Campaign+"/"+s.Step, "/"))
	say("Account", s.Account)
	say("Segment", s.Segment)
	if len(s.Posts) > 0 {
		say("Posts", strings.Join(s.Posts, ", ")+" (magpie outbox show ID)")
	}
	for _, u := range s.Used {
		say("Order", fmt.Sprintf("%s, %s, %s%s", u.ID, money.String(u.Amount, u.Currency), at(u.At), useState(u, at)))
	}
	for _, l := range s.Log {
		say("Log", fmt.Sprintf("%s  %s by %s: %s", at(l.At), l.What, l.Who, l.Detail))
	}
}

// useState says what is to be said of a use besides that it was.
func useState(u coupon.Used, at func(time.Time) string) (text string) {
	if u.Discount > 0 {
		text = ", " + money.String(u.Discount, u.Currency) + " off"
	}
	if u.Refunded > 0 && u.State == coupon.UseRedeemed {
		text += ", " + money.String(u.Refunded, u.Currency) + " given back"
	}
	switch u.State {
	case coupon.UseLocked:
		text += ", locked until " + at(u.Until)
	case coupon.UseVoid, coupon.UseRolledBack:
		text += ": " + map[coupon.UseState]string{coupon.UseVoid: "its lock is over", coupon.UseRolledBack: "taken back"}[u.State]
	}
	return text
}
