package report

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func example(language string) Page {
	p := Page{Title: "Black Friday <script>", Language: language, Made: time.Date(2027, 12, 1, 9, 0, 0, 0, time.UTC), Currency: "USD",
		Span: Span{Since: time.Date(2027, 11, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2027, 12, 1, 0, 0, 0, 0, time.UTC)},
		Lines: []Line{{Campaign: "bf", Step: "fans", Account: "outlet", Segment: "=HYPERLINK(1)", Posts: 1200, Reserved: 1200,
			Delivered: 1190, Redeemed: 300,
			Revenue: []Sum{{1234500, "USD"}, {99000, "JPY"}}, Cost: 18_000_000}, {Campaign: "bf", Step: "claim", Account: "home",
			Posts: 40}}}
	p.Lift = &Lift{Told: Group{People: 1200, Buyers: 310, Orders: 320, Revenue: 1234500}, Held: Group{People: 300, Buyers: 40,
		Orders: 41, Revenue: 200000}}
	p.Lift.reckon()
	return p
}

// The page stands alone, says what there is in both languages, and runs nothing that others wrote.
func TestHTML(t *testing.T) {
	for language, says := range map[string][]string{"en": {"What it brought in, 2027-11-01 to 2027-11-30",
		"More buyers in a hundred people: 12.5",
		"12,345.00 USD, 99,000 JPY", "Hold-out group"}, "zh": {"成果", "对照组", "每百人中购买者增加：12.5", "核销"}} {
		var b bytes.Buffer
		if err := example(language).HTML(&b); err != nil {
			t.Fatal(err)
		}
		for _, s := range says {
			if !strings.Contains(b.String(), s) {
				t.Errorf("%s: no %q in\n%s", language, s, &b)
			}
		}
		for _, s := range []string{"<script>", "http:", "https:", "src=", "url("} {
			if strings.Contains(b.String(), s) {
				t.Errorf("the page has %q", s)
			}
		}
	}
	var b bytes.Buffer
	if err := (Page{Title: "Empty", Language: "en"}).HTML(&b); err != nil || !strings.Contains(b.String(), "nothing yet") {
		t.Error(err, &b)
	}
}

// Each currency has a row, what is counted stands in one of them, and no cell is a formula.
func TestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := example("en").CSV(&b); err != nil {
		t.Fatal(err)
	}
	want := "campaign,step,account,segment,posts,codes_given,delivered,redeemed,revenue,currency,cost_usd,likes,reposts,replies,views\n" +
		"bf,fans,outlet,'=HYPERLINK(1),1200,1200,1190,300,12345.00,USD,18.000000,0,0,0,0\n" +
		"bf,fans,outlet,'=HYPERLINK(1),,,,,99000,JPY,,,,,\nbf,claim,home,,40,0,0,0,0,,0.000000,0,0,0,0\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &b, want)
	}
}
