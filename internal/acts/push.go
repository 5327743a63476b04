package acts

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"magpie/internal/compose"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/plan"
	"magpie/internal/render"
	"magpie/internal/site"
	"magpie/internal/suggest"
	"magpie/internal/workspace"
)

// testCode stands for a code in a test, which uses none up.
const testCode = "TEST-TEST-TEST"

// Push is a one-off post or coupon.
type Push struct {
	Account  string
	Text     string // the words, with {{name}}, {{code}}, {{link}}; or
	Template string
	Offer    string    // a coupon of this offer goes with it
	Segment  string    // to these people, by direct post; or
	Person   string    // to this one; neither: a public post
	Test     string    // only to this handle, the marketer's own
	Images   []File    // pictures of a public post, each with what it shows
	At       time.Time // when it goes out; zero: at once
	Again    bool      // although the same went out within a day
	Who      string
}

// File is a picture on this machine.
type File struct{ Path, Alt string }

// Pushed is what a push would do, or did.
type Pushed struct {
	Post    *outbox.Post
	Text    string
	Size    network.Size
	To      int
	LeftOut map[string]int
	Price   network.Price // that the network charges for each; 0: it is free
	Left    int           // codes, where they are bounded
	Bounded bool
}

// PreparePush checks a push and says what it would do. It writes nothing.
func (d *Acts) PreparePush(ctx context.Context, x Push) (*Pushed, error) {
	set := d.Set()
	a := set.Accounts[x.Account]
	if a == nil {
		return nil, misuse("no account %q (%s)", x.Account, suggest.Hint(x.Account, keysOf(set.Accounts)))
	}
	if err := x.check(set); err != nil {
		return nil, err
	}
	p, err := d.pushPost(ctx, set, a, x)
	if err != nil {
		return nil, err
	}
	if !x.At.IsZero() && !x.At.After(d.Clock()) {
		return nil, misuse("--at %s is in the past", x.At.In(a.Timezone.Location).Format("2006-01-02 15:04"))
	}
	out := &Pushed{Post: p, To: 1}
	c, err := d.Composer.Preview(ctx, p, d.Clock())
	if err != nil {
		return nil, err
	}
	handle := ""
	if c.Draft.To != nil {
		handle = c.Draft.To.Handle
	}
	if out.Text, out.Size = render.Fit(a.Kind, d.Accounts.Limits(ctx, a), c.Draft.Text, handle, c.Draft.Direct); !out.Size.Fits() {
		return nil, fmt.Errorf("the text has %d %s on %s, the limit is %d", out.Size.Count, out.Size.Unit, a.Network, out.Size.Limit)
	}
	if a.Kind.Price != nil {
		out.Price = a.Kind.Price(c.Draft)
	}
	if p.Kind == outbox.Segment {
		if out.To, out.LeftOut, err = people.Audience(ctx, d.DB.Read, set.Segments[x.Segment], a.Name, a.Network, d.Clock()); err != nil {
			return nil, err
		}
	}
	if o := set.Offers[x.Offer]; o != nil {
		out.Left, out.Bounded, err = d.Composer.Left(ctx, o)
	}
	return out, err
}

func keysOf[T any](m map[string]T) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	return out
}

// Misuse is the error of a push that was asked for in a wrong way.
type Misuse struct{ text string }

// Error says what is wrong.
func (m *Misuse) Error() string { return m.text }

func misuse(format string, args ...any) error { return &Misuse{fmt.Sprintf(format, args...)} }

func (x Push) check(set *workspace.Set) error {
	audiences := 0
	for _, s := range []string{x.Segment, x.Person, x.Test} {
		if s != "" {
			audiences++
		}
	}
	o, wrong := set.Offers[x.Offer], wrongWords(x.Text)
	switch {
	case (x.Text == "") == (x.Template == ""):
		return misuse("say what to post: either --text TEXT or --say TEMPLATE")
	case audiences > 1:
		return misuse("choose one of --segment, --person and --test; none of them makes a public post")
	case x.Template != "" && set.Templates[x.Template] == nil:
		return misuse("no template %q (%s)", x.Template, suggest.Hint(x.Template, keysOf(set.Templates)))
	case x.Segment != "" && set.Segments[x.Segment] == nil:
		return misuse("no segment %q (%s)", x.Segment, suggest.Hint(x.Segment, keysOf(set.Segments)))
	case x.Offer != "" && o == nil:
		return misuse("no offer %q (%s)", x.Offer, suggest.Hint(x.Offer, keysOf(set.Offers)))
	case wrong != nil:
		return misuse("%v", wrong)
	case audiences > 0 && len(x.Images) > 0:
		return misuse("pictures go with public posts: take --image out, or --segment, --person and --test")
	case audiences == 0 && namesSomebody(x.Text):
		return misuse("a public post has nobody to name: take {{name}} out, or choose --segment or --person")
	case o == nil && compose.SpeaksOfCode(x.Text):
		return misuse("the text uses {{code}} or {{link}}: name the offer with --offer")
	case o != nil && audiences == 0 && o.Codes.Kind != "shared" && compose.ShowsCode(set, o, &outbox.Post{Text: x.Text,
		Template: x.Template}):
		return errors.New("a personal code can't go into a public post: choose --segment or --person, or a shared code")
	}
	return nil
}

// namesSomebody tells whether somebody's own words speak of one person.
func namesSomebody(words string) bool {
	t := render.Fixed(words)
	return t != nil && (t.Uses("name") || t.Uses("handle") || t.Uses("city"))
}

// wrongWords says what can't be filled in.
func wrongWords(words string) error {
	if m := render.Foreign(words); len(m) > 0 {
		return m
	}
	if !strings.Contains(words, "{{") {
		return nil
	}
	_, err := render.Parse(words)
	return err
}

// pushPost is the row of a push. Its key holds what is pushed and when, so
// that the same one is noticed.
func (d *Acts) pushPost(ctx context.Context, set *workspace.Set, a *workspace.Account, x Push) (*outbox.Post, error) {
	now := d.Clock()
	images, err := attachments(x.Images, d.Accounts.Limits(ctx, a))
	if err != nil {
		return nil, err
	}
	what := []string{x.Account, x.Text, x.Template, x.Offer, x.Segment, people.Fold(x.Person), people.Fold(x.Test)}
	for _, i := range images {
		what = append(what, i.Alt, string(i.Data))
	}
	sum := sha256.Sum256([]byte(strings.Join(what, "\x00")))
	p := &outbox.Post{Key: fmt.Sprintf("push/%s/%d", hex.EncodeToString(sum[:8]), now.UnixMilli()), Kind: outbox.Public, Account: a.Name,
		Campaign: compose.PushCampaign, Step: x.Offer, Occurrence: now.In(a.Timezone.Location).Format("2006-01-02 15:04"),
		Segment:  x.Segment,
		Template: x.Template, Text: x.Text, SlotAt: now, Author: x.Who, Images: images, Turn: -1}
	if still, until := plan.Quiet(a, x.At); !x.At.IsZero() && still && x.Test == "" {
		zone := a.Timezone.Location
		return nil, misuse("%s is in the quiet hours of %s: choose a time from %s on", x.At.In(zone).Format("15:04"), a.Name,
			until.In(zone).Format("2006-01-02 15:04"))
	}
	if !x.At.IsZero() { // missed by more than that, a person decides
		p.SlotAt, p.LateAfter, p.LateThen = x.At, time.Hour, "ask"
	}
	p.ID = outbox.ID(p.Key)
	switch {
	case x.Segment != "":
		p.Kind = outbox.Segment
	case x.Person != "":
		return p, d.addressee(ctx, p, a, x.Person)
	case x.Test != "":
		if !slices.ContainsFunc(set.Settings.Testers, func(t string) bool { return people.Fold(t) == people.Fold(x.Test) }) {
			mine := people.Fold(x.Test)
			if server, err := url.Parse(a.Server); err == nil && a.Kind.Federated && !strings.Contains(mine, "@") {
				mine += "@" + server.Host
			}
			return nil, fmt.Errorf("%s is not a tester: add your own handle to magpie.yaml, testers: [%s]", x.Test, mine)
		}
		p.Kind, p.Exempt, p.Code = outbox.Direct, true, testCode
		p.Recipient = people.Encode(network.Person{Handle: people.Fold(x.Test)})
		return p, d.addresseeIfKnown(ctx, p, a, x.Test)
	}
	return p, nil
}

// addressee finds the person that a push is for, who must have allowed it.
func (d *Acts) addressee(ctx context.Context, p *outbox.Post, a *workspace.Account, handle string) error {
	if err := d.addresseeIfKnown(ctx, p, a, handle); err != nil {
		return err
	}
	if p.Person == 0 {
		return fmt.Errorf("no person with the handle %s is known (see “magpie people show”)", handle)
	}
	wish, err := people.Wishes(ctx, d.DB.Read, a.Name, p.Person)
	if err == nil && !wish[p.Person].MayWrite() {
		return fmt.Errorf("%s has not consented to direct messages from %s, or has withdrawn the consent", handle, a.Name)
	}
	return err
}

func (d *Acts) addresseeIfKnown(ctx context.Context, p *outbox.Post, a *workspace.Account, handle string) error {
	p.Kind = outbox.Direct
	id, err := d.Book.Find(ctx, a.Network, handle)
	if err == nil && id == 0 { // perhaps by their name elsewhere
		id, err = d.Book.Find(ctx, "", handle)
	}
	if err != nil || id == 0 {
		return err
	}
	person, err := d.Book.Get(ctx, id)
	if err != nil || person == nil {
		return err
	}
	h := person.On(a.Network)
	if h.Handle == "" {
		return fmt.Errorf("%s has no handle on %s", handle, a.Network)
	}
	p.Person, p.Language = id, person.Language
	p.Recipient = people.Encode(network.Person{ID: h.RemoteID, Handle: h.Handle, Name: person.Name, Language: person.Language})
	return nil
}

// ErrAgain means that the same push went out within a day.
var ErrAgain = errors.New("the same was already pushed within the last day: add --again to send it once more")

// Push writes a push into the outbox, with a coupon reserved where it shows
// one. The running bot sends it at once, or “magpie run --once” does.
func (d *Acts) Push(ctx context.Context, x Push) (*Pushed, error) {
	if since, err := d.RestoredFrom(ctx); err != nil || !since.IsZero() {
		return nil, errors.Join(err, site.ErrUnmatched)
	}
	out, err := d.PreparePush(ctx, x)
	if err != nil {
		return nil, err
	}
	p, now := out.Post, d.Clock()
	err = d.DB.Write(ctx, func(tx *sql.Tx) error {
		if err := unlessAgain(ctx, tx, p, x.Again, now); err != nil {
			return err
		}
		if p.Kind == outbox.Direct && !p.Exempt {
			code, err := d.Composer.Reserve(ctx, tx, d.Set(), d.Set().Offers[x.Offer], p, now)
			if err != nil {
				return err
			}
			p.Code = code
		}
		if _, err := outbox.Add(ctx, tx, p, now); err != nil {
			return err
		}
		return outbox.Attach(ctx, tx, p.ID, p.Images)
	})
	return out, err
}

func unlessAgain(ctx context.Context, tx *sql.Tx, p *outbox.Post, again bool, now time.Time) error {
	if again {
		return nil
	}
	prefix := p.Key[:strings.LastIndexByte(p.Key, '/')+1]
	same, err := outbox.SameSince(ctx, tx, prefix, now.Add(-24*time.Hour))
	if err == nil && same != nil {
		return fmt.Errorf("%w (post %s, %s)", ErrAgain, same.ID, same.State)
	}
	return err
}

// Thread are the parts of the thread that a post belongs to: itself alone, mostly.
func (d *Acts) Thread(ctx context.Context, p *outbox.Post) ([]*outbox.Post, error) {
	return outbox.Parts(ctx, d.DB.Read, p)
}

// Recall deletes a post from its network, and with it the whole thread that it
// belongs to, the last part first. What of that is not out yet stays unsent.
func (d *Acts) Recall(ctx context.Context, id, who string) error {
	p, err := outbox.One(ctx, d.DB.Read, id)
	if err != nil {
		return err
	}
	a := d.Set().Accounts[p.Account]
	out, err := d.Thread(ctx, p)
	switch {
	case err != nil:
		return err
	case !slices.ContainsFunc(out, func(x *outbox.Post) bool { return x.State == outbox.Sent }):
		return fmt.Errorf("post %s is %s: only a post that has gone out can be deleted from its network", p.ID, p.State)
	case a == nil:
		return fmt.Errorf("the account %s is no longer in the files", p.Account)
	}
	c, err := d.Accounts.Client(ctx, a)
	if err != nil {
		return err
	}
	parts, err := d.haltThread(ctx, p, who)
	if err != nil {
		return err
	}
	var lost []string
	for _, x := range slices.Backward(parts) {
		if x.State != outbox.Sent {
			continue
		}
		if x.RemoteID == "" {
			lost = append(lost, x.ID)
			continue
		}
		if err := c.Delete(ctx, x.RemoteID); err != nil {
			return err
		}
		if err := outbox.Recall(ctx, d.DB, x, who, d.Clock()); err != nil {
			return err
		}
	}
	if len(lost) > 0 {
		return fmt.Errorf("the address of post %s is not known: delete it on the network by hand", strings.Join(lost, ", "))
	}
	return nil
}

// haltThread withdraws the parts of a thread that are not out, and returns the
// others.
func (d *Acts) haltThread(ctx context.Context, p *outbox.Post, who string) (parts []*outbox.Post, err error) {
	err = d.DB.Write(ctx, func(tx *sql.Tx) error {
		if parts, err = outbox.Parts(ctx, tx, p); err != nil {
			return err
		}
		for _, x := range parts {
			switch {
			case x.State == outbox.Sending || x.State == outbox.InDoubt:
				return fmt.Errorf("post %s of the same thread is being sent right now: try again in a minute", x.ID)
			case x.Follows == "":
				continue
			}
			why := outbox.Because("the thread was deleted by " + who)
			if _, err := outbox.Move(ctx, tx, x, outbox.Withdrawn, why, outbox.By{Who: who, At: d.Clock()},
				outbox.Planned, outbox.Held, outbox.Late, outbox.Asked); err != nil {
				return err
			}
		}
		return nil
	})
	return parts, err
}
