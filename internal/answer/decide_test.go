package answer

import (
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/scalar"
	"magpie/internal/workspace"
)

var noon = time.Date(2027, 11, 26, 12, 0, 0, 0, time.UTC)

// rulesOf is a workspace of two accounts and four rules.
func rulesOf() *workspace.Set {
	day := func(d int) *scalar.Date {
		return &scalar.Date{Time: time.Date(2027, 11, d, 0, 0, 0, 0, time.UTC)}
	}
	deal := &workspace.Campaign{Name: "deal", From: day(25), Until: day(27), Offer: "bf"}
	deal.Steps = workspace.Steps{
		{Name: "claim", Campaign: deal, Accounts: []string{"outlet"}, For: "fans", SayOthers: "sorry",
			Mention: &workspace.Match{Says: []string{"deal", "优惠", "café"}, Not: []string{"scam", "骗"}}, PerPerson: &scalar.Rate{Count: 2,
				Per: 24 * time.Hour}},
		{Name: "strict", Campaign: deal, Accounts: []string{"outlet"}, For: "fans", Mention: &workspace.Match{Says: []string{"secret"}}},
	}
	service := &workspace.Campaign{Name: "service"}
	service.Steps = workspace.Steps{
		{Name: "hours", Campaign: service, Accounts: []string{"outlet", "home"},
			Mention: &workspace.Match{Says: []string{"when do you open", "几点开门", "deal"}}, Limit: &scalar.Rate{Count: 5, Per: time.Hour}},
		{Name: "urgent", Campaign: service, Accounts: []string{"home"}, Priority: 9, Mention: &workspace.Match{Says: []string{"fire"}}},
		{Name: "calm", Campaign: service, Accounts: []string{"home"}, Priority: 1, Mention: &workspace.Match{Says: []string{"fire", "smoke"}}},
	}
	zone := scalar.Zone{Location: time.FixedZone("", -6*3600)}
	return &workspace.Set{Settings: workspace.Settings{Bots: []string{"@robot@x.example"}},
		Campaigns: map[string]*workspace.Campaign{"deal": deal, "service": service},
		Offers:    map[string]*workspace.Offer{"bf": {Name: "bf", Until: day(30)}},
		Accounts:  map[string]*workspace.Account{"outlet": {Name: "outlet", Timezone: zone}, "home": {Name: "home", Timezone: zone}}}
}

// asking is a mention and what is known as it is decided; change what differs.
type asking struct {
	Set      *workspace.Set
	Mention  network.Mention
	Accounts []string
	Own      bool
	age      time.Duration // of the mention
	Facts
	RuleFacts // of every rule
}

func asked(text string, change func(*asking)) *asking {
	f := &asking{Set: rulesOf(), Mention: network.Mention{Text: text, Author: network.Person{Handle: "ann@s.example"}, Ref: "1"},
		Accounts: []string{"outlet"}, Facts: Facts{Now: noon}, RuleFacts: RuleFacts{Member: true}}
	if change != nil {
		change(f)
	}
	f.Mention.At = f.Now.Add(-f.age)
	return f
}

func (f *asking) decided() Decision {
	u := Understand(f.Set, f.Mention, f.Accounts, f.Own)
	f.Rules = slices.Repeat([]RuleFacts{f.RuleFacts}, len(u.Rules))
	return Decide(u, f.Facts)
}

func TestDecide(t *testing.T) {
	for _, c := range []struct {
		name, text string
		change     func(*asking)
		want       Outcome
		rule       string // Reply: the step; else a piece of the reason
	}{
		{"a word", "@outlet a DEAL, please!", nil, Reply, "claim"},
		{"Chinese without spaces", "请问有没有优惠券呀", nil, Reply, "claim"},
		{"full width", "ＤＥＡＬ", nil, Reply, "claim"},
		{"accents left out", "CAFE?", nil, Reply, "claim"},
		{"a phrase over two lines", "when do\n you  open", nil, Reply, "hours"},
		{"not", "is this deal a scam?", nil, Reply, "hours"},
		{"not, in Chinese", "优惠是骗人的吧", nil, Desk, "no rule"},
		{"within another word", "what an ideal phone", nil, Desk, "no rule"},
		{"the account's own name is no word", "@deal hello", nil, Desk, "no rule"},
		{"nothing", "", nil, Desk, "no rule"},
		{"only for those it is for", "the secret", func(f *asking) { f.Member = false }, Desk, "for fans only"},
		{"has had enough of it", "deal", func(f *asking) { f.ToPerson = 2 }, Reply, "hours"},
		{"the account has had enough", "几点开门", func(f *asking) { f.ByAccount = 9 }, Desk, "limit"},
		{"priority", "fire and smoke", func(f *asking) { f.Accounts = []string{"home"} }, Reply, "urgent"},
		{"less priority", "smoke", func(f *asking) { f.Accounts = []string{"home"} }, Reply, "calm"},
		{"not this account's", "smoke", nil, Desk, "no rule"},
		{"before its days", "优惠", func(f *asking) { f.Now = noon.Add(-36 * time.Hour) }, Desk, "does not run today"},
		{"its first minute, by the account's clock", "优惠", func(f *asking) { f.Now = time.Date(2027, 11, 25, 6, 0, 0, 0, time.UTC) },
			Reply, "claim"},
		{"a minute before", "优惠", func(f *asking) { f.Now = time.Date(2027, 11, 25, 5, 59, 0, 0, time.UTC) }, Desk, "does not run today"},
		{"its last minute", "优惠", func(f *asking) { f.Now = time.Date(2027, 11, 28, 5, 59, 0, 0, time.UTC) }, Reply, "claim"},
		{"after its days", "优惠", func(f *asking) { f.Now = time.Date(2027, 11, 28, 6, 0, 0, 0, time.UTC) }, Desk, "does not run today"},
		{"paused", "优惠", func(f *asking) { f.Paused = []string{"deal"} }, Desk, "paused"},
		{"sold out", "优惠", func(f *asking) { f.Set.Offers["bf"].SoldOut = true }, Desk, "sold out"},
		{"the offer has ended", "优惠", func(f *asking) { f.Set.Offers["bf"].Until.Time = noon.AddDate(0, 0, -3) }, Desk, "has ended"},

		{"our own account", "deal", func(f *asking) { f.Own = true }, Silent, "our own"},
		{"our own account says stop", "stop", func(f *asking) { f.Own = true }, Silent, "our own"},
		{"a bot by its label", "deal", func(f *asking) { f.Mention.Author.Bot = true }, Silent, "bot"},
		{"a bot by our list", "deal", func(f *asking) { f.Mention.Author.Handle = "Robot@X.example" }, Silent, "bot"},
		{"a bot that wants peace", "stop", func(f *asking) { f.Mention.Author.Bot = true }, OptOut, ""},
		{"asks bots to stay away", "deal", func(f *asking) { f.Mention.Author.NoBot = true }, Desk, "#nobot"},
		{"opted out", "deal", func(f *asking) { f.OptedOut = true }, Desk, "opted out"},
		{"comes back", "start", func(f *asking) { f.OptedOut = true }, OptIn, ""},
		{"start, and was never away", "start", nil, Desk, "no rule"},
		{"stop above every rule", "@outlet STOP!", nil, OptOut, ""},
		{"stop in Chinese", "退订", nil, OptOut, ""},
		{"stop, asked again", "stop", func(f *asking) { f.OptedOut = true }, OptOut, ""},
		{"perhaps stop", "please stop sending me deal offers", nil, Desk, "perhaps"},
		{"a loop", "deal", func(f *asking) { f.Answers = 6 }, Desk, "limit of automated answers"},
		{"not yet a loop", "deal", func(f *asking) { f.Answers = 5 }, Reply, "claim"},
		{"a day old", "deal", func(f *asking) { f.age = 25 * time.Hour }, Desk, "more than a day old"},
		{"a stop that is old", "stop", func(f *asking) { f.age = 99 * time.Hour }, OptOut, ""},
		{"no address", "deal", func(f *asking) { f.Mention.Ref = "" }, Desk, "missing or too long"},
		{"has said stop since", "deal", func(f *asking) { f.Left = true }, Desk, "has said later"},
		{"has said stop after they came back", "start", func(f *asking) { f.Left, f.OptedOut = true, true }, Desk, "has said later"},
		{"stop out of a loop", "stop", func(f *asking) { f.Answers = 99 }, OptOut, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := asked(c.text, c.change).decided()
			if d.Outcome != c.want {
				t.Fatalf("got %+v", d)
			}
			if c.want == Reply && (d.Step == nil || d.Step.Name != c.rule) || c.want != Reply && !strings.Contains(d.Reason, c.rule) {
				t.Errorf("got step %+v, reason %q; want %s", d.Step, d.Reason, c.rule)
			}
			if c.want != Reply && c.want != Silent && d.Account == "" {
				t.Error("no account")
			}
		})
	}
}

// TestOthers: who is not among those it is for is told so, if there are words.
func TestOthers(t *testing.T) {
	d := asked("优惠", func(f *asking) { f.Member = false }).decided()
	if d.Outcome != Reply || !d.Others || d.Step.Name != "claim" {
		t.Errorf("got %+v", d)
	}
	if d := asked("优惠", nil).decided(); d.Others {
		t.Error("a fan is one of the others")
	}
}

// TestWhichAccount: of two that are named the first with a rule answers.
func TestWhichAccount(t *testing.T) {
	for text, want := range map[string]string{"when do you open": "home", "优惠": "outlet", "smoke": "home"} {
		d := asked(text, func(f *asking) { f.Accounts = []string{"home", "outlet"} }).decided()
		if d.Outcome != Reply || d.Account != want {
			t.Errorf("%s: %+v", text, d)
		}
	}
}

// What somebody says below a content warning counts as if there were none, and a warning
// that was copied from the post that they answer is no wish.
func TestContentWarnings(t *testing.T) {
	for _, c := range []struct {
		warning, below string
		want           Outcome
	}{
		{"Food and long post", "@outlet stop", OptOut}, {"Werbung", "@outlet Abmelden", OptOut}, {"広告", "配信停止", OptOut},
		{"促销", "@outlet 退订", OptOut},
		{"stop", "", OptOut}, {"deal", "@outlet please?", Reply}, {"re: deal", "@outlet thanks!", Desk},
		{"Re: deal", "@outlet a deal please", Reply},
		{"uspol", "please don't message me again", OptOut}, {"ads", "please leave me alone, all of you", Desk},
	} {
		f := asked(c.warning+"\n"+c.below, func(f *asking) { f.Mention.Warning = c.warning })
		if d := f.decided(); d.Outcome != c.want {
			t.Errorf("%q, %q: %v (%s)", c.warning, c.below, d.Outcome, d.Reason)
		}
	}
}
