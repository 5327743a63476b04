package report

import (
	_ "embed" // for the page
	"encoding/csv"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
	"time"

	"magpie/internal/money"
)

// Page is a report as a person reads it: one page with nothing outside it, or a list for a spreadsheet.
type Page struct {
	Title    string
	Language string // en or zh
	Made     time.Time
	Span     Span
	Lines    []Line
	Service  *Service
	Lift     *Lift
	Currency string // of the lift
}

//go:embed page.html
var pageText string

// chinese are the page's words in Chinese.
var chinese = map[string]string{"What it brought in": "成果", "until now": "至今", "from the beginning": "从开始", "to": "至", "Campaign": "活动",
	"Step": "步骤", "Account": "账号", "Segment": "分群", "Posts": "博文", "Codes given": "已发优惠码", "Delivered": "已送达", "Redeemed": "已核销",
	"Revenue": "收入", "From a post to an order": "从博文到订单", "Made": "生成于", "all": "合计", "Without the campaign": "如果没有这个活动",
	"Written to": "已发送的人", "Hold-out group": "对照组", "People": "人数", "Buyers": "购买者", "Of a hundred": "每百人", "Orders": "订单",
	"nothing yet": "还没有数据",
	"More buyers in a hundred people: %.1f (with a probability of 95 %%: %.1f to %.1f).":                   "每百人中购买者增加：%.1f（95%% 置信区间：%.1f 至 %.1f）。",
	"Not enough yet: the difference of %.1f buyers in a hundred may be chance (95 %%: from %.1f to %.1f).": "数据还不够：每百人 %.1f 个购买者的差别可能是偶然（95%%：%.1f 至 %.1f）。"}

// words translates the page's own words.
func (p Page) words(text string) string {
	if p.Language == "zh" && chinese[text] != "" {
		return chinese[text]
	}
	return text
}

// bar is one of a chart.
type bar struct {
	Name, Value string
	Width, Y    int
}

// bars draws numbers beside each other, the largest over all of the width.
func bars(width int, names []string, values []int) (out []bar) {
	most := 1
	for _, v := range values {
		most = max(most, v)
	}
	for i, v := range values {
		out = append(out, bar{names[i], strconv.Itoa(v), max(v*width/most, 2), i * 34})
	}
	return out
}

// HTML writes the page: all of it in one file, with its charts drawn, that needs nothing from anywhere.
func (p Page) HTML(w io.Writer) error {
	t, err := template.New("page").Funcs(template.FuncMap{"w": p.words, "sum": sums}).Parse(pageText)
	if err != nil {
		return err
	}
	total := p.total()
	data := map[string]any{"P": p, "Total": total, "When": p.when(), "Lift": p.LiftText(), "Rows": p.LiftRows(),
		"Bars": bars(420, []string{p.words("Posts"), p.words("Codes given"), p.words("Delivered"), p.words("Redeemed")},
			[]int{total.Posts, total.Reserved, total.Delivered, total.Redeemed})}
	return t.Execute(w, data)
}

// total adds all lines up.
func (p Page) total() (t Line) {
	for _, l := range p.Lines {
		t.Posts, t.Reserved, t.Delivered, t.Redeemed = t.Posts+l.Posts, t.Reserved+l.Reserved, t.Delivered+l.Delivered,
			t.Redeemed+l.Redeemed
		for _, r := range l.Revenue {
			t.Revenue = addSum(t.Revenue, r)
		}
	}
	return t
}

func addSum(all []Sum, more Sum) []Sum {
	for i := range all {
		if all[i].Currency == more.Currency {
			all[i].Amount += more.Amount
			return all
		}
	}
	return append(all, more)
}

func sums(all []Sum) string {
	var out []string
	for _, s := range all {
		out = append(out, s.String())
	}
	return strings.Join(out, ", ")
}

func (p Page) when() string {
	from, until := p.words("from the beginning"), p.words("until now")
	if !p.Span.Since.IsZero() {
		from = p.Span.Since.Format(time.DateOnly)
	}
	if !p.Span.Until.IsZero() {
		until = p.words("to") + " " + p.Span.Until.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return from + " " + until
}

// LiftText says in a sentence what the hold-out group tells.
func (p Page) LiftText() string {
	if p.Lift == nil {
		return ""
	}
	text := "Not enough yet: the difference of %.1f buyers in a hundred may be chance (95 %%: from %.1f to %.1f)."
	if p.Lift.Enough {
		text = "More buyers in a hundred people: %.1f (with a probability of 95 %%: %.1f to %.1f)."
	}
	return fmt.Sprintf(p.words(text), p.Lift.More, p.Lift.Low, p.Lift.High)
}

// LiftRows are both groups, each with its figures.
func (p Page) LiftRows() (rows [][]string) {
	if p.Lift == nil {
		return nil
	}
	for name, g := range map[string]Group{"Written to": p.Lift.Told, "Hold-out group": p.Lift.Held} {
		row := []string{p.words(name), strconv.FormatInt(g.People, 10), strconv.FormatInt(g.Buyers, 10), fmt.Sprintf("%.1f", 100*g.rate()),
			strconv.FormatInt(g.Orders, 10), money.String(g.Revenue, p.Currency)}
		if name == "Written to" {
			rows = append([][]string{row}, rows...)
		} else {
			rows = append(rows, row)
		}
	}
	return rows
}

// CSV writes the lines as a list for spreadsheets.
func (p Page) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"campaign", "step", "account", "segment", "posts", "codes_given", "delivered", "redeemed", "revenue",
		"currency", "cost_usd",
		"likes", "reposts", "replies", "views"})
	for _, l := range p.Lines {
		if len(l.Revenue) == 0 {
			l.Revenue = []Sum{{}}
		}
		for i, r := range l.Revenue { // one row for each currency; what is counted stands in the first
			row := []string{harmless(l.Campaign), harmless(l.Step), harmless(l.Account), harmless(l.Segment)}
			for _, n := range []int{l.Posts, l.Reserved, l.Delivered, l.Redeemed} {
				row = append(row, once(i, strconv.Itoa(n)))
			}
			row = append(row, money.Plain(r.Amount, r.Currency), r.Currency, once(i, fmt.Sprintf("%d.%06d", l.Cost/1_000_000, l.Cost%1_000_000)))
			for _, n := range []int{l.Likes, l.Reposts, l.Replies, l.Views} {
				row = append(row, once(i, strconv.Itoa(n)))
			}
			_ = out.Write(row)
		}
	}
	out.Flush()
	return out.Error()
}

func once(i int, text string) string {
	if i > 0 {
		return ""
	}
	return text
}

// harmless is a cell that no spreadsheet runs as a formula (OWASP, CSV injection).
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r＝＋－＠", []rune(s)[0]) {
		return "'" + s
	}
	return s
}
