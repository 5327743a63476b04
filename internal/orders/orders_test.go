package orders_test

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"magpie/internal/audit"
	"magpie/internal/network"
	"magpie/internal/orders"
	"magpie/internal/people"
	"magpie/internal/segment"
	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

var noon = time.Date(2027, 11, 26, 12, 0, 0, 0, time.UTC)

func TestMain(m *testing.M) {
	_ = flag.Set("rapid.nofailfile", "true")
	os.Exit(storetest.Both(m))
}

func open(t testing.TB, currency string) *orders.Book {
	t.Helper()
	db := storetest.Open(t, audit.Migrations(), people.Migrations(), orders.Migrations())
	b := &orders.Book{DB: db, Currency: func() string { return currency }}
	b.People = &people.Book{DB: db, IDs: store.NewIDs(), Kinds: []network.Kind{{Name: "mastodon"}, {Name: "bluesky"}}}
	b.People.Parts = []people.Part{{Name: "orders", Move: b.Reassign, Back: b.GiveBack}}
	b.People.Listed = b.Listed
	return b
}

func take(t testing.TB, b *orders.Book, list string) (orders.Imported, []string) {
	t.Helper()
	out, told, err := try(b, list)
	if err != nil {
		t.Fatal(err)
	}
	return out, told
}

func try(b *orders.Book, list string) (out orders.Imported, told []string, err error) {
	out, err = b.Import(context.Background(), strings.NewReader(list), orders.Import{Now: noon,
		Warn: func(s string) { told = append(told, s) }})
	return out, told, err
}

func who(t testing.TB, b *orders.Book, net, handle string) *people.Person {
	t.Helper()
	id, err := b.People.Find(context.Background(), net, handle)
	if err != nil || id == 0 {
		t.Fatalf("%s %s: %d, %v", net, handle, id, err)
	}
	p, err := b.People.Get(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func has(t testing.TB, p *people.Person, orders int, spent float64, last string) {
	t.Helper()
	if p.Orders != orders || p.Spent != int64(spent*people.Money) || !p.LastOrder.IsZero() != (last != "") ||
		last != "" && p.LastOrder.Format(time.DateOnly) != last {
		t.Errorf("%d orders, %d spent, the last on %s; want %d, %.2f, %s", p.Orders, p.Spent, p.LastOrder, orders, spent, last)
	}
}

// Each order counts once, whatever is imported again; what was given back does not.
func TestImport(t *testing.T) {
	b := open(t, "USD")
	list := "order,customer,mastodon,at,amount,refunded,state\n" +
		"1001,77,ann@a.example,2027-01-05 10:00,899.00,,paid\n1002,77,,2027-03-01,100.50,20.5,\n1003,77,,2027-04-01,50,,cancelled\n1004,,,2027-04-02,5,,\n"
	out, _ := take(t, b, list)
	if out.Rows != 4 || out.New != 4 || out.Guests != 1 || out.Format != "magpie" {
		t.Errorf("%+v", out)
	}
	has(t, who(t, b, "mastodon", "ann@a.example"), 2, 979, "2027-03-01")
	if out, _ = take(t, b, list); out.New+out.Changed != 0 {
		t.Errorf("again: %+v", out)
	}
	take(t, b, "order,at,amount,state\n1002,2027-03-01,100.50,refunded\n")
	has(t, who(t, b, "customer", "77"), 1, 899, "2027-01-05")
	// An older list takes nothing back.
	if out, _ = take(t, b, list); out.New+out.Changed != 0 {
		t.Errorf("the older list: %+v", out)
	}
	has(t, who(t, b, "customer", "77"), 1, 899, "2027-01-05")
}

// What a customer list counts is all orders until then; those that come later are added, however old the list of orders is.
func TestBesideLists(t *testing.T) {
	b := open(t, "USD")
	if _, err := b.People.Import(t.Context(), strings.NewReader("customer,orders,spent,last_order\n77,12,5000,2027-11-01\n"),
		noon.AddDate(0, 0, -5), nil,
		nil); err != nil {
		t.Fatal(err)
	}
	take(t, b, "order,customer,at,amount\n1,77,2027-10-01,100\n2,77,2027-11-20,30\n")
	has(t, who(t, b, "customer", "77"), 13, 5030, "2027-11-20")
	take(t, b, "order,customer,at,amount,state\n2,77,2027-11-20,30,cancelled\n")
	has(t, who(t, b, "customer", "77"), 12, 5000, "2027-11-01")
}

// Amounts have their currency's decimals; what was paid in another than the shop's counts as an order.
func TestCurrencies(t *testing.T) {
	for unit, c := range map[string]struct {
		amount string
		spent  float64
	}{"JPY": {"1500", 1500}, "KWD": {"12.345", 12.345}, "USD": {"12.34", 12.34}, "CLF": {"1.2345", 1.2345}} {
		t.Run(unit, func(t *testing.T) {
			b := open(t, unit)
			out, _ := take(t, b, "order,customer,at,amount,currency\n1,7,2027-01-01,"+c.amount+","+unit+"\n2,7,2027-01-02,5,EUR\n")
			has(t, who(t, b, "customer", "7"), 2, c.spent, "2027-01-02")
			if out.Elsewhere != 1 {
				t.Errorf("%+v", out)
			}
		})
	}
}

// All mistakes of a list are said at once, with their lines, and nothing is kept.
func TestBadLists(t *testing.T) {
	b := open(t, "USD")
	take(t, b, "order,at,amount,currency\n9,2027-01-01,5,EUR\n")
	for name, c := range map[string]struct {
		list string
		want []string
	}{
		"rows": {"order,customer,at,amount,currency,state,refunded\n1,7,soon,5,,,\n2,7,2027-01-01,-5,,,\n3,7,2027-01-01,5.001,,,\n4,7,2027-01-01,5,XYZ,,\n" +
			"5,1.23E+11,2027-01-01,5,,,\n6,7,2027-01-01,5,,gone,\n7,7,2027-01-01,5,,,6\n8,7,2028-01-01,5,,,\n9,7,2027-01-01,5,USD,,\n,7,2027-01-01,5,,,\n" +
			"10,7,2027-01-01,5,,refunded in part,\n",
			[]string{`line 2: at: "soon"`, `line 3: amount: "-5" is less than nothing`, "line 4: amount: \"5.001\"",
				`line 5: currency: "XYZ"`,
				"line 6: customer: a spreadsheet has rounded", `line 7: state: "gone"`, "line 8: 6.00 USD was given back of 5.00 USD",
				"line 9: 2028-01-01 is yet to come", "line 10: order 9 is known, in EUR", "line 11: an order's number",
				"line 12: it was refunded in part, and",
				"nothing was imported"}},
		"columns": {"order,sum\n1,2\n", []string{"line 1", "at, amount", "Shopify"}},
		"empty":   {"", []string{"line 1"}},
		"no rows": {"order,at,amount\n", []string{"no rows"}},
		"ragged":  {"order,at,amount\n1,2027-01-01\n", []string{"line 2", "columns"}},
	} {
		_, _, err := try(b, c.list)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v\nwant …%s…", name, err, want)
			}
		}
	}
	var n int
	if err := b.DB.Read.QueryRow(`SELECT count(*) FROM orders`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d orders are kept, %v", n, err)
	}
	if _, _, err := try(open(t, ""), "order,at,amount\n1,2027-01-01,5\n"); err == nil || !strings.Contains(err.Error(), "currency: USD") {
		t.Error(err)
	}
}

// A shop's own export is known by its first line.
func TestFormats(t *testing.T) {
	b := open(t, "USD")
	out, _ := take(t, b,
		"Name,Email,Financial Status,Paid at,Total,Currency,Discount Code,Created at,Lineitem name,Cancelled at,Refunded Amount\n"+
			"#1001,Ann@Shop.example,paid,2027-01-05 10:00:00 -0500,120.00,USD,,2027-01-05 09:59:00 -0500,Lamp,,0.00\n#1001,,,,,,,2027-01-05 09:59:00 -0500,Bulb,,\n"+
			"#1002,ann@shop.example,partially_refunded,,80.00,USD,,2027-02-05 09:59:00 -0500,Lamp,,30.00\n#1003,ann@shop.example,paid,,10.00,USD,,2027-02-06 09:59:00 -0500,Lamp,2027-02-07 10:00:00 -0500,0\n")
	if out.Format != "shopify" || out.Rows != 3 {
		t.Errorf("%+v", out)
	}
	has(t, who(t, b, "email", "ann@shop.example"), 2, 170, "2027-02-05")
	o, err := orders.Get(t.Context(), b.DB.Read, "#1001")
	if err != nil || o.Items != "Lamp; Bulb" || !o.At.Equal(time.Date(2027, 1, 5, 14, 59, 0, 0, time.UTC)) {
		t.Errorf("%+v, %v", o, err)
	}
	if out, _ = take(t, b,
		"Order Number,Customer ID,Order Status,Order Date,Order Total Amount,Coupon Code\n77,5,wc-completed,2027-03-01 10:00,12.00,\n"); out.Format != "woocommerce" {
		t.Errorf("%+v", out)
	}
}

// One list that names a person by several signs joins those whom we knew apart; their sums are added up, once.
func TestJoined(t *testing.T) {
	b := open(t, "USD")
	if _, err := b.People.Import(t.Context(), strings.NewReader("mastodon,orders,spent\nann@a.example,3,30\n"), noon, nil,
		nil); err != nil {
		t.Fatal(err)
	}
	take(t, b, "order,customer,at,amount\n1,77,2027-01-05,10\n2,78,2027-01-06,20\n")
	take(t, b,
		"order,customer,mastodon,email,at,amount\n3,77,ann@a.example,,2027-01-05,5\n4,77,,a@b.example,2027-01-05,5\n5,,ann@a.example,a@b.example,2027-01-07,7\n")
	p := who(t, b, "email", "a@b.example")
	if q := who(t, b, "mastodon", "ann@a.example"); q.ID != p.ID || who(t, b, "customer", "77").ID != p.ID || who(t, b, "customer",
		"78").ID == p.ID {
		t.Errorf("%d, %d", p.ID, q.ID)
	}
	// 1 was counted; 3, 4 and 5 are older than the list that counted three for Ann, and so in it.
	has(t, p, 4, 40, "2027-01-05")
	if err := b.DB.Write(t.Context(), func(tx *sql.Tx) error {
		return b.Recount(t.Context(), tx,
			map[int64]bool{p.ID: true})
	}); err != nil {
		t.Fatal(err)
	}
	has(t, who(t, b, "customer", "77"), 4, 40, "2027-01-05")
	merges, err := b.People.Merges(t.Context(), p.ID, 10)
	if err != nil || len(merges) == 0 {
		t.Fatal(merges, err)
	}
	for _, m := range merges {
		if err := b.DB.Write(t.Context(), func(tx *sql.Tx) error {
			_, err := b.People.Unmerge(t.Context(), tx, m.ID, "ann", noon)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	var sum int
	if err := b.DB.Read.QueryRow(`SELECT sum(orders) FROM persons`).Scan(&sum); err != nil || sum < 4 {
		t.Errorf("%d orders after all were parted, %v", sum, err)
	}
}

// TestSums: whatever shops say, in whatever order and however often, sums are those of the orders.
func TestSums(t *testing.T) {
	b := open(t, "USD")
	kept, n := map[string]orders.Order{}, 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		for range rapid.IntRange(1, 4).Draw(t, "batches") {
			var some []orders.Order
			for range rapid.IntRange(1, 5).Draw(t, "orders") {
				id := fmt.Sprintf("%d/%d", n, rapid.IntRange(0, 5).Draw(t, "id"))
				days := rapid.IntRange(1, 9).Draw(t, "days")
				o := orders.Order{ID: id, At: noon.AddDate(0, 0, -days), Amount: 1000, Currency: "USD",
					Customer: []people.Identity{{Network: people.ByCustomer, Handle: fmt.Sprintf("%d/%d", n, rapid.IntRange(0, 2).Draw(t,
						"who"))}},
					Refunded: int64(rapid.IntRange(0, 2).Draw(t, "refunded") * 500), State: rapid.SampledFrom([]orders.State{orders.Placed,
						orders.Placed, orders.Cancelled, orders.Refunded}).Draw(t, "state")}
				some = append(some, o)
				model(kept, o)
			}
			if err := b.DB.Write(context.Background(), func(tx *sql.Tx) error {
				_, _, err := b.Put(context.Background(), tx, some, noon)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		for who := range 3 {
			count, spent, last := 0, int64(0), int64(0)
			handle := fmt.Sprintf("%d/%d", n, who)
			for id, o := range kept {
				if strings.HasPrefix(id, fmt.Sprint(n, "/")) && o.Customer[0].Handle == handle && o.State != orders.Cancelled &&
					o.Refunded < o.Amount {
					count, spent, last = count+1, spent+(o.Amount-o.Refunded)*100, max(last, o.At.UnixMilli())
				}
			}
			var got [3]int64
			err := b.DB.Read.QueryRow(`SELECT p.orders, p.spent, COALESCE(p.last_order, 0) FROM persons p JOIN handles h ON h.person = p.id
				WHERE h.network = 'customer' AND h.handle = $1`, handle).Scan(&got[0], &got[1], &got[2])
			if want := [3]int64{int64(count), spent, last}; err == nil && got != want || err != nil && count > 0 {
				t.Fatalf("%s: %v, %v; want %v of %+v", handle, got, err, want, kept)
			}
		}
	})
}

// model is what becomes of an order that a shop tells of, in plain words.
func model(kept map[string]orders.Order, o orders.Order) {
	was, there := kept[o.ID]
	if there && (was.State == orders.Cancelled || was.Refunded == was.Amount) {
		was.Customer = o.Customer
		kept[o.ID] = was
		return
	}
	if o.State == orders.Refunded {
		o.Refunded = o.Amount
	}
	o.Refunded = max(o.Refunded, was.Refunded)
	kept[o.ID] = o
}

// A customer list that comes after the orders counts those until the last that it names, in the shop's zone; later ones stay.
func TestListAfterOrders(t *testing.T) {
	b := open(t, "USD")
	chicago, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	b.People.Zone = func() *time.Location { return chicago }
	list := func(text string) {
		t.Helper()
		if _, err := b.People.Import(t.Context(), strings.NewReader(text), noon, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	take(t, b, "order,customer,at,amount\n1,77,2027-11-20 21:00:00 -0600,63\n2,77,2027-11-25 10:00,30\n3,78,2027-11-10 10:00,63\n")
	list("customer,orders,spent,last_order\n77,5,500.00,2027-11-20\n")
	has(t, who(t, b, "customer", "77"), 6, 530, "2027-11-25")
	take(t, b, "order,customer,at,amount\n1,77,2027-11-20 21:00:00 -0600,63\n")
	has(t, who(t, b, "customer", "77"), 6, 530, "2027-11-25")
	// Two who are one, of whom one has a list's figures: a refund of the other's order counts.
	if err := b.DB.Write(t.Context(), func(tx *sql.Tx) error {
		return b.People.Merge(t.Context(), tx, who(t, b, "customer", "77").ID, who(t, b, "customer", "78").ID, people.Because{Who: "ann",
			At: noon})
	}); err != nil {
		t.Fatal(err)
	}
	has(t, who(t, b, "customer", "78"), 7, 593, "2027-11-25")
	take(t, b, "order,at,amount,state\n3,2027-11-10 10:00,63,refunded\n")
	has(t, who(t, b, "customer", "78"), 6, 530, "2027-11-25")
}

// Orders of one list that can't be one are said with both lines, and nothing is kept.
func TestTwiceInAList(t *testing.T) {
	b := open(t, "USD")
	var list strings.Builder
	list.WriteString("order,at,amount,currency\n")
	for i := range 1500 {
		fmt.Fprintf(&list, "%d,2027-01-01,5,USD\n", i)
	}
	_, _, err := try(b, list.String()+"5,2027-01-01,5,EUR\n")
	if err == nil || !strings.Contains(err.Error(),
		"line 1502: order 5 is in line 7 already, in USD, and here in EUR: nothing was imported") {
		t.Error(err)
	}
}

// Equal customers are in one tier; who buys more is never below who buys less.
func TestTiers(t *testing.T) {
	b := open(t, "USD")
	var list strings.Builder
	list.WriteString("customer,orders,spent,last_order\n")
	for i := range 100 {
		fmt.Fprintf(&list, "c%d,%d,%d,2027-%02d-01\n", i, 1+max(0, i-59)/10, 10*(i/2), 1+i/10)
	}
	list.WriteString("none,0,0,\n")
	if _, err := b.People.Import(t.Context(), strings.NewReader(list.String()), noon, nil, nil); err != nil {
		t.Fatal(err)
	}
	count := func(source string) int {
		t.Helper()
		s, err := segment.Compile(source)
		if err != nil {
			t.Fatal(err)
		}
		n, err := people.Count(t.Context(), b.DB.Read, s, "", noon)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count("recency >= 1 or tier == \"low\""); n != 0 {
		t.Errorf("%d have a tier before it was computed", n)
	}
	if err := b.People.RankTiers(t.Context(), noon); err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]int{"frequency == 1": 69, "frequency == 5": 11, "monetary == 5": 20, "monetary == 1": 20,
		"recency == 5":   20,
		"frequency >= 1": 100, `tier == "top" or tier == "high" or tier == "middle" or tier == "low"`: 100, `tier == "top"`: 20} {
		if n := count(source); n != want {
			t.Errorf("%s: %d, want %d", source, n, want)
		}
	}
}
