package bot

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/inbox"
	"magpie/internal/network"
	"magpie/internal/network/memory"
	"magpie/internal/outbox"
	"magpie/internal/store/storetest"
	"magpie/internal/workspace"
)

// A network that nobody else knows: all of it is in this file, and one entry in the list of networks brings it into the files, the
// schemas, the checks, the budget and the loops.

// pigeonChoices are the block pigeon: of an account's file.
type pigeonChoices struct {
	Loft string          `yaml:"loft" jsonschema:"required"`
	Feed *network.Amount `yaml:"feed"`
}

// Effect implements network.Choices.
func (c *pigeonChoices) Effect() network.Effect {
	e := network.Effect{Spend: network.Spend{Zone: time.UTC}}
	if c.Feed != nil {
		e.Spend.Budget = c.Feed.Price
	}
	return e
}

// pigeon is the network; birds carry what is sent.
func pigeon(birds *memory.Network) network.Kind {
	k := network.Kind{
		Name: "pigeon", Private: "sealed letter", Metered: true, Credentials: "the ring's number",
		Limits:  network.Limits{Text: 40},
		Choices: func() network.Choices { return &pigeonChoices{} },
		Needs:   map[string]string{"handle": "write the ring's number: handle: ring-7"},
		Look: func(f network.AccountFile) []network.Mistake {
			if c, ok := f.Choices.(*pigeonChoices); ok && strings.HasPrefix(c.Loft, "tower") {
				return nil
			}
			return []network.Mistake{{Key: "pigeon", Text: "pigeons come home to a tower only", Hint: "write loft: tower-1"}}
		},
		CheckHandle: func(h string) string {
			if strings.HasPrefix(h, "ring-") {
				return ""
			}
			return "a ring is called ring-7"
		},
		Address: func(text, _ string) string { return text },
		Measure: func(text string, _ bool, l network.Limits) network.Size {
			return network.Size{Count: len([]rune(text)), Limit: l.Text, Unit: "strokes"}
		},
		Item:  func(r network.Ref) string { return string(r) },
		Price: func(network.Draft) network.Price { return network.Dollar },
	}
	k.Open = func(s network.Settings) (network.Client, error) {
		birds.Use("post", k, network.Exact)
		return &flight{birds.Client("post"), s}, nil
	}
	return k
}

// flight is the connector: it charges a dollar for each letter.
type flight struct {
	network.Client
	settings network.Settings
}

// Prepare implements network.Client.
func (f *flight) Prepare(ctx context.Context, d network.Draft) (network.Sealed, error) {
	if err := f.settings.Meter.Take(ctx, network.Charge{Call: "letter", For: network.ForPosts, Price: network.Dollar}); err != nil {
		return network.Sealed{}, err
	}
	return f.Client.Prepare(ctx, d)
}

const ring = "network: pigeon\nhandle: ring-7\nabout: The shop's birds\nlanguage: en\ntimezone: UTC\ncredentials: env:PIGEON_RING\n"

var flock = map[string]string{
	"accounts/post.yaml": ring + "pigeon: {loft: tower-1, feed: 1 USD}\n",
	"campaigns/news.yaml": "title: News\nsteps:\n  one: {accounts: [post], at: 2027-11-26 10:00, say: one}\n" +
		"  two: {accounts: [post], at: 2027-11-26 10:01, say: two}\n  ask: {accounts: [post], mention: {says: [open]}, say: hours}\n",
	"templates/one.en.tmpl": "Grain is cheaper today.", "templates/two.en.tmpl": "And so is straw.",
	"templates/hours.en.tmpl": "From nine to six.",
}

// TestNetworkOfItsOwn: a network is one folder and one line.
func TestNetworkOfItsOwn(t *testing.T) {
	t.Setenv("PIGEON_RING", "7")
	now := time.Date(2027, 11, 26, 9, 0, 0, 0, time.UTC)
	birds := memory.New(func() time.Time { return now })
	kinds := append(Kinds(), pigeon(birds))
	log := logrus.New()
	log.SetOutput(io.Discard)
	dir := t.TempDir()
	putFiles(t, dir, flock)
	b, err := Open(t.Context(), Options{Dir: dir, Database: storetest.Reused(t, "bot"), Kinds: kinds, Log: logrus.NewEntry(log),
		Clock: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.begin(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	m := birds.Mention("post", network.Person{ID: "1", Handle: "ring-1"}, "are you open?")
	now = now.Add(62 * time.Minute)
	if err := b.Listener.Poll(t.Context(), b.Set().Accounts["post"], b.Accounts.Of("post").Client); err != nil {
		t.Fatal(err)
	}
	if err := b.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	if out := birds.Posts("post"); len(out) != 1 {
		t.Errorf("%d letters for a dollar: %+v", len(out), out)
	}
	if held, err := outbox.Listed(t.Context(), b.DB.Read, outbox.List{State: "planned", Limit: 10}, now); err != nil || len(held) == 0 ||
		!strings.Contains(held[0].Reason, "budget") {
		t.Errorf("nothing waits for the budget: %+v, %v", held, err)
	}
	selves, err := inbox.Selves(t.Context(), b.DB)
	if err != nil || len(selves) != 1 || m.Item == "" {
		t.Errorf("who we are there: %v, %v", selves, err)
	}
	if _, err := b.Book.Import(t.Context(), strings.NewReader("pigeon,name\nring-9,Ann\n"), now, nil, nil); err != nil {
		t.Errorf("a customer with a ring: %v", err)
	}
	if _, err := b.Book.Import(t.Context(), strings.NewReader("pigeon,name\nann,Ann\n"), now, nil, nil); err == nil ||
		!strings.Contains(err.Error(), "a ring is called ring-7") {
		t.Errorf("a customer with another name: %v", err)
	}
}

// TestNetworkOfItsOwnInFiles: its block, schema, checks and length.
func TestNetworkOfItsOwnInFiles(t *testing.T) {
	kinds := append(Kinds(), pigeon(memory.New(time.Now)))
	for says, changed := range map[string]map[string]string{
		`"loft" is missing`:                               {"accounts/post.yaml": ring + "pigeon: {feed: 1 USD}\n"},
		`"5 grain" is not an amount`:                      {"accounts/post.yaml": ring + "pigeon: {loft: tower-1, feed: 5 grain}\n"},
		`unknown key "seed" (did you mean "feed"?)`:       {"accounts/post.yaml": ring + "pigeon: {loft: tower-1, seed: 1 USD}\n"},
		"pigeons come home to a tower only":               {"accounts/post.yaml": ring},
		`"pigeon" can be used only with network: pigeon`:  {"accounts/post.yaml": strings.Replace(ring, "network: pigeon", "network: x", 1) + "pigeon: {loft: tower-1}\n"},
		`"handle" is missing (write the ring's number`:    {"accounts/post.yaml": strings.Replace(ring, "handle: ring-7\n", "", 1) + "pigeon: {loft: tower-1}\n"},
		"has up to 46 strokes on pigeon; the limit is 40": {"templates/two.en.tmpl": strings.Repeat("x", 46)},
		`no network "pidgeon" (did you mean "pigeon"?)`:   {"accounts/post.yaml": strings.Replace(ring, "pigeon", "pidgeon", 1)},
	} {
		dir := t.TempDir()
		putFiles(t, dir, flock)
		putFiles(t, dir, changed)
		if _, err := workspace.Load(dir, kinds); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("not %q: %v", says, err)
		}
	}
	all, err := workspace.Schemas(kinds)
	if err != nil || !strings.Contains(string(all["account"]), `"loft"`) || !strings.Contains(string(all["account"]), `"pigeon"`) {
		t.Errorf("the schema does not know it: %v\n%s", err, all["account"])
	}
}
