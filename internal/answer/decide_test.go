package answer

import (
	"errors"
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

// asked are the facts of a mention; change what differs.
func asked(text string, change func(*Facts)) Facts {
	f := Facts{Set: rulesOf(), Mention: network.Mention{Text: text, Author: network.Person{Handle: "ann@s.example"}},
		Accounts: []string{"outlet"}, Now: noon,
		InSegment: func(string, string) (bool, error) { return true, nil },
		ToPerson:  func(*workspace.Step, time.Duration) (int, error) { return 0, nil },
		ByAccount: func(*workspace.Step, string, time.Duration) (int, error) { return 0, nil },
		IsPaused:  func(string) bool { return false }}
	if change != nil {
		change(&f)
	}
	return f
}

func TestDecide(t *testing.T) {
	for _, c := range []struct {
		name, text string
		change     func(*Facts)
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
		{"only for those it is for", "the secret", func(f *Facts) { f.InSegment = no }, Desk, "for fans only"},
		{"has had enough of it", "deal", func(f *Facts) { f.ToPerson = two }, Reply, "hours"},
		{"the account has had enough", "几点开门", func(f *Facts) { f.ByAccount = nine }, Desk, "limit"},
		{"priority", "fire and smoke", func(f *Facts) { f.Accounts = []string{"home"} }, Reply, "urgent"},
		{"less priority", "smoke", func(f *Facts) { f.Accounts = []string{"home"} }, Reply, "calm"},
		{"not this account's", "smoke", nil, Desk, "no rule"},
		{"before its days", "优惠", func(f *Facts) { f.Now = noon.Add(-36 * time.Hour) }, Desk, "does not run today"},
		{"its first minute, by the account's clock", "优惠", func(f *Facts) { f.Now = time.Date(2027, 11, 25, 6, 0, 0, 0, time.UTC) },
			Reply, "claim"},
		{"a minute before", "优惠", func(f *Facts) { f.Now = time.Date(2027, 11, 25, 5, 59, 0, 0, time.UTC) }, Desk, "does not run today"},
		{"its last minute", "优惠", func(f *Facts) { f.Now = time.Date(2027, 11, 28, 5, 59, 0, 0, time.UTC) }, Reply, "claim"},
		{"after its days", "优惠", func(f *Facts) { f.Now = time.Date(2027, 11, 28, 6, 0, 0, 0, time.UTC) }, Desk, "does not run today"},
		{"paused", "优惠", func(f *Facts) { f.IsPaused = func(c string) bool { return c == "deal" } }, Desk, "paused"},
		{"sold out", "优惠", func(f *Facts) { f.Set.Offers["bf"].SoldOut = true }, Desk, "sold out"},
		{"the offer has ended", "优惠", func(f *Facts) { f.Set.Offers["bf"].Until.Time = noon.AddDate(0, 0, -3) }, Desk, "has ended"},

		{"our own account", "deal", func(f *Facts) { f.Own = true }, Silent, "our own"},
		{"our own account says stop", "stop", func(f *Facts) { f.Own = true }, Silent, "our own"},
		{"a bot by its label", "deal", func(f *Facts) { f.Mention.Author.Bot = true }, Silent, "bot"},
		{"a bot by our list", "deal", func(f *Facts) { f.Mention.Author.Handle = "Robot@X.example" }, Silent, "bot"},
		{"a bot that wants peace", "stop", func(f *Facts) { f.Mention.Author.Bot = true }, OptOut, ""},
		{"asks bots to stay away", "deal", func(f *Facts) { f.Mention.Author.NoBot = true }, Desk, "#nobot"},
		{"opted out", "deal", func(f *Facts) { f.OptedOut = true }, Desk, "opted out"},
		{"comes back", "start", func(f *Facts) { f.OptedOut = true }, OptIn, ""},
		{"start, and was never away", "start", nil, Desk, "no rule"},
		{"stop above every rule", "@outlet STOP!", nil, OptOut, ""},
		{"stop in Chinese", "退订", nil, OptOut, ""},
		{"stop, asked again", "stop", func(f *Facts) { f.OptedOut = true }, OptOut, ""},
		{"perhaps stop", "please stop sending me deal offers", nil, Desk, "perhaps"},
		{"a loop", "deal", func(f *Facts) { f.Answers = 6 }, Desk, "limit of automated answers"},
		{"not yet a loop", "deal", func(f *Facts) { f.Answers = 5 }, Reply, "claim"},
		{"stop out of a loop", "stop", func(f *Facts) { f.Answers = 99 }, OptOut, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := Decide(asked(c.text, c.change))
			if err != nil || d.Outcome != c.want {
				t.Fatalf("got %+v, %v", d, err)
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

func no(string, string) (bool, error) { return false, nil }
func two(s *workspace.Step, _ time.Duration) (int, error) {
	return map[string]int{"claim": 2}[s.Name], nil
}
func nine(*workspace.Step, string, time.Duration) (int, error)     { return 9, nil }
func broken(string, string) (bool, error)                          { return false, errors.New("broken") }
func brokenCount(*workspace.Step, time.Duration) (int, error)      { return 0, errors.New("broken") }
func brokenBy(*workspace.Step, string, time.Duration) (int, error) { return 0, errors.New("broken") }

// TestOthers: who is not among those it is for is told so, if there are words.
func TestOthers(t *testing.T) {
	d, err := Decide(asked("优惠", func(f *Facts) { f.InSegment = no }))
	if err != nil || d.Outcome != Reply || !d.Others || d.Step.Name != "claim" {
		t.Errorf("got %+v, %v", d, err)
	}
	if d, _ := Decide(asked("优惠", nil)); d.Others {
		t.Error("a fan is one of the others")
	}
}

// TestWhichAccount: of two that are named the first with a rule answers.
func TestWhichAccount(t *testing.T) {
	for text, want := range map[string]string{"when do you open": "home", "优惠": "outlet", "smoke": "home"} {
		d, err := Decide(asked(text, func(f *Facts) { f.Accounts = []string{"home", "outlet"} }))
		if err != nil || d.Outcome != Reply || d.Account != want {
			t.Errorf("%s: %+v, %v", text, d, err)
		}
	}
}

// TestErrorsAreNoDecision: what could not be looked up is not taken for no.
func TestErrorsAreNoDecision(t *testing.T) {
	for name, c := range map[string]struct {
		text   string
		change func(*Facts)
	}{"segment": {"优惠", func(f *Facts) { f.InSegment = broken }}, "person": {"优惠", func(f *Facts) { f.ToPerson = brokenCount }},
		"account": {"几点开门", func(f *Facts) { f.ByAccount = brokenBy }}} {
		if d, err := Decide(asked(c.text, c.change)); err == nil {
			t.Errorf("%s: %+v", name, d)
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
		f := asked(c.warning+"\n"+c.below, func(f *Facts) { f.Mention.Warning = c.warning })
		d, err := Decide(f)
		if err != nil || d.Outcome != c.want {
			t.Errorf("%q, %q: %v (%s), %v", c.warning, c.below, d.Outcome, d.Reason, err)
		}
	}
}
