package shopapi_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"magpie/internal/apikey"
)

// A checkout: looked up, locked, redeemed, sent back.
func TestCheckout(t *testing.T) {
	s := open(t)
	code := s.given("bf", 1)
	typed := strings.ToLower(strings.ReplaceAll(code, "-", ""))
	r := s.get("coupons/" + typed)
	s.is(r, 200, code)
	if r.body["usable"] != true || r.body["percent"] != 30.0 || r.body["state"] != "delivered" {
		t.Error(r.text)
	}
	r = s.post("coupons/"+typed+"/lock", `{"order": "A-1", "amount": "100.00", "currency": "USD", "customer": "77"}`)
	s.is(r, 200, code)
	if r.body["discount"] != "30.00" || r.body["state"] != "locked" || r.body["until"] != "2027-11-26T12:15:00Z" {
		t.Error(r.text)
	}
	s.is(s.post("coupons/"+code+"/lock", `{"order": "A-2", "amount": 100, "currency": "USD"}`), 409, "locked")
	r = s.post("coupons/"+code+"/redeem", `{"order": "A-1", "amount": "70.00", "currency": "USD", "customer": "77"}`)
	s.is(r, 200, code)
	if r.body["state"] != "redeemed" || r.body["discount"] != "30.00" {
		t.Error(r.text)
	}
	r = s.post("orders", `{"order": "A-1", "customer": "77", "amount": "70.00", "at": "2027-11-26T12:01:00Z", "coupon": "`+typed+`"}`)
	s.is(r, 201, "")
	if r.body["coupon_problem"] != nil {
		t.Error(r.text)
	}
	s.is(s.post("coupons/"+code+"/redeem", `{"order": "A-2", "amount": "70.00", "currency": "USD"}`), 409, "used_up")
	r = s.do(request{method: "PUT", path: "/api/v1/customers/77", key: s.key, body: `{"name": "Ann", "country": "de"}`})
	if s.is(r, 200, ""); r.body["orders"] != 1.0 || r.body["spent"] != "70.00" {
		t.Error(r.text)
	}
	r = s.post("orders/A-1/refund", `{"amount": "20.00", "currency": "USD"}`)
	if s.is(r, 200, ""); r.body["state"] != "refunded in part" || r.body["refunded"] != "20.00" {
		t.Error(r.text)
	}
	if r = s.get("coupons/" + code); r.body["state"] != "redeemed" {
		t.Errorf("after a refund in part: %s", r.text)
	}
	r = s.get("reports/campaigns/bf")
	if s.is(r, 200, ""); !strings.Contains(r.text, `"revenue":[{"amount":5000,"currency":"USD"}]`) {
		t.Error(r.text)
	}
	s.is(s.post("orders/A-1/refund", `{"amount": "50.01", "currency": "USD"}`), 409, "refund_too_large")
	s.is(s.post("orders/A-1/refund", `{}`), 200, "")
	if r = s.get("coupons/" + code); r.body["state"] != "delivered" || r.body["usable"] != true {
		t.Errorf("after a full refund: %s", r.text)
	}
	s.is(s.post("coupons/"+code+"/rollback", `{"order": "A-1"}`), 409, "already_rolled_back")
	s.is(s.post("coupons/"+code+"/redeem", `{"order": "A-1", "amount": "70.00", "currency": "USD"}`), 409, "already_rolled_back")
	if r = s.get("reports/campaigns/bf"); !strings.Contains(r.text, `"revenue":null`) {
		t.Error(r.text)
	}
}

// Each reason has its code.
func TestReasons(t *testing.T) {
	s := open(t)
	code := s.given("bf", 1)
	use := func(order, amount, unit string) string {
		return fmt.Sprintf(`{"order": %q, "amount": %q, "currency": %q}`, order, amount, unit)
	}
	s.is(s.post("coupons/NO-SUCH/redeem", use("A-1", "70.00", "USD")), 404, "not_found")
	s.is(s.post("coupons/"+code+"/lock", use("A-1", "49.99", "USD")), 422, "order_too_small")
	s.is(s.post("coupons/"+code+"/lock", use("A-1", "70.00", "EUR")), 422, "currency")
	s.is(s.post("coupons/"+code+"/unlock", `{"order": "A-1"}`), 404, "unknown_order")
	s.is(s.post("coupons/save10/redeem", use("A-1", "9.00", "USD")), 422, "customer_needed")
	s.is(s.post("coupons/SAVE10/redeem", `{"order": "A-1", "amount": "9.00", "currency": "USD", "customer": "5"}`), 200, "SAVE10")
	s.is(s.post("coupons/SAVE10/redeem", `{"order": "A-2", "amount": "9.00", "currency": "USD", "customer": "5"}`), 422, "person_limit")
	s.is(s.post("coupons/SAVE10/redeem", `{"order": "A-1", "amount": "8.00", "currency": "USD", "customer": "5"}`), 409, "differs")
	s.is(s.post("orders/no-such/refund", `{}`), 404, "not_found")
	s.is(s.get("reports/campaigns/none"), 404, "not_found")
	s.is(s.get("reports/campaigns/bf?since=2027-11-01"), 200, "")
	r := s.do(request{method: "GET", path: "/api/v1/coupons/" + code, asIs: false})
	s.is(r, 401, "unauthorized")
	if r.header.Get("WWW-Authenticate") == "" || r.header.Get("X-Request-Id") == "" || r.header.Get("Set-Cookie") != "" {
		t.Error(r.header)
	}
}

// What can't be is said by where it stands, in the words of the caller.
func TestBadCalls(t *testing.T) {
	s := open(t)
	for name, c := range map[string]struct{ path, body, says string }{
		"no JSON":        {"orders", `{"order"`, "no JSON"},
		"a list":         {"orders", `[]`, "an object belongs there"},
		"unknown":        {"orders", `{"order": "1", "amount": "5", "colour": "red"}`, `there is no field \"colour\"`},
		"negative":       {"orders", `{"order": "1", "amount": "-5"}`, "no amount"},
		"decimals":       {"orders", `{"order": "1", "amount": "5.001"}`, "decimals"},
		"float":          {"orders", `{"order": "1", "amount": 1e3}`, "no amount"},
		"yen":            {"orders", `{"order": "1", "amount": "5.50", "currency": "JPY"}`, "decimals"},
		"no currency":    {"orders", `{"order": "1", "amount": "5", "currency": "XXY"}`, "not a currency"},
		"no number":      {"orders", `{"order": "", "amount": "5"}`, "number"},
		"state":          {"orders", `{"order": "1", "amount": "5", "state": "gone"}`, "placed, cancelled"},
		"refund":         {"orders", `{"order": "1", "amount": "5", "refunded": "6"}`, "more than was paid"},
		"time":           {"orders", `{"order": "1", "amount": "5", "at": "yesterday"}`, "no time"},
		"network":        {"orders", `{"order": "1", "amount": "5", "handles": {"myspace": "x"}}`, "no network"},
		"rounded":        {"orders", `{"order": "1", "amount": "5", "customer": "1.23E+11"}`, "rounded"},
		"two values":     {"orders", `{"order": "1", "amount": "5"} {}`, "more follows"},
		"no order":       {"coupons/X/redeem", `{"amount": "5", "currency": "USD"}`, "which order"},
		"no amount":      {"coupons/X/redeem", `{"order": "1"}`, "amount and currency"},
		"a refund of 0":  {"orders/1/refund", `{"amount": "0", "currency": "USD"}`, "nothing is given back"},
		"no currency of": {"orders/1/refund", `{"amount": "1"}`, "currency"},
	} {
		r := s.do(request{method: "POST", path: "/api/v1/" + c.path, body: c.body, key: s.key, idempotency: name,
			asIs: !strings.Contains("state two values float decimals yen no currency refund network rounded no amount a refund of 0 no currency of", name)})
		if r.status != 400 || r.code() != "bad_request" || !strings.Contains(r.text, c.says) || strings.Contains(r.text, "shopapi") {
			t.Errorf("%s: %d %s, want …%s…", name, r.status, r.text, c.says)
		}
	}
	r := s.do(request{method: "POST", path: "/api/v1/orders", body: `{"order": "` + strings.Repeat("x", 70<<10) + `"}`, key: s.key,
		idempotency: "x",
		asIs:        true})
	s.is(r, 413, "too_large")
	s.is(s.do(request{method: "POST", path: "/api/v1/orders", body: `{"order": "1", "amount": "5"}`, key: s.key, asIs: true}), 400,
		"idempotency_key_missing")
	for body, says := range map[string]string{`{"country": "Mars"}`: "country", `{"zone": "here"}`: "zone", `{"customer": "8"}`: "address",
		`{"consent": [{"account": "nobody", "at": "2027-01-01T00:00:00Z", "source": "a form"}]}`: "no account"} {
		r := s.do(request{method: "PUT", path: "/api/v1/customers/7", body: body, key: s.key, asIs: strings.Contains(body, "customer")})
		if r.status != 400 || !strings.Contains(r.text, says) {
			t.Errorf("%s: %d %s", body, r.status, r.text)
		}
	}
}

// The same call under the same key gets the same answer, and does nothing twice; another call is refused.
func TestIdempotency(t *testing.T) {
	s := open(t)
	s.is(s.post("orders", `{"order": "A-1", "customer": "7", "amount": "100.00"}`), 201, "")
	refund := request{method: "POST", path: "/api/v1/orders/A-1/refund", body: `{"amount": "10.00", "currency": "USD"}`, key: s.key,
		idempotency: "r1"}
	first := s.do(refund)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if again := s.do(refund); again.text != first.text || again.status != first.status {
				t.Errorf("%d %s, then %d %s", first.status, first.text, again.status, again.text)
			}
		})
	}
	all.Wait()
	other := refund
	other.body = `{"amount": "11.00", "currency": "USD"}`
	s.is(s.do(other), 409, "idempotency_key_reused")
	other.key = s.newKey("second", apikey.Scopes) // another shop's names are its own
	if r := s.do(other); r.status != 200 || r.body["refunded"] != "21.00" {
		t.Error(r.text)
	}
	refused := request{method: "POST", path: "/api/v1/orders/A-1/refund", body: `{"amount": "99.00", "currency": "USD"}`, key: s.key,
		idempotency: "r2"}
	a, b := s.do(refused), s.do(refused)
	if s.is(a, 409, "refund_too_large"); b.status != 409 || b.code() != a.code() ||
		b.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%s, then %s", a.text, b.text)
	}
}

// Keys are for what they are for, until they are revoked; a partner's sees its own offers and nothing else.
func TestKeys(t *testing.T) {
	s := open(t)
	ours, theirs := s.given("bf", 1), s.given("hotel", 1)
	partner := s.newKey("hotel", []string{"coupons"}, "hotel")
	ask := func(key, code string) reply {
		return s.do(request{method: "GET", path: "/api/v1/coupons/" + code, key: key})
	}
	s.is(ask(partner, theirs), 200, theirs)
	wrong, hidden := ask(partner, "AAAA-BBBB-CCCC"), ask(partner, ours)
	if s.is(hidden, 404, "not_found"); strings.ReplaceAll(wrong.text, fmt.Sprint(wrong.body["request_id"]), "") !=
		strings.ReplaceAll(hidden.text, fmt.Sprint(hidden.body["request_id"]), "") {
		t.Errorf("a code of another offer is told from none:\n%s%s", wrong.text, hidden.text)
	}
	use := request{method: "POST", path: "/api/v1/coupons/" + ours + "/redeem",
		body: `{"order": "1", "amount": "90", "currency": "USD"}`, key: partner,
		idempotency: "p1"}
	s.is(s.do(use), 404, "not_found")
	s.is(s.do(request{method: "POST", path: "/api/v1/orders", body: `{"order": "1", "amount": "5"}`, key: partner, idempotency: "p2"}),
		403, "forbidden")
	if err := apikey.Revoke(t.Context(), s.b.DB, "hotel", "ann", noon); err != nil {
		t.Fatal(err)
	}
	s.is(ask(partner, theirs), 401, "unauthorized")
	for _, key := range []string{partner[:len(partner)-1] + "A", "magpie_", "magpie_x_y", strings.Repeat("x", 1000)} {
		s.is(ask(key, theirs), 401, "unauthorized")
	}
	var n int
	secret := s.key[strings.LastIndex(s.key, "_")+1:]
	if err := s.b.DB.Read.QueryRow(`SELECT count(*) FROM api_keys WHERE sum LIKE '%' || $1 || '%' OR id LIKE '%' || $2 || '%'`, secret,
		secret).Scan(&n); err != nil || n != 0 {
		t.Errorf("a secret is kept, %v", err)
	}
}

// Sixteen tills and one code: one order gets it.
func TestOneCodeManyTills(t *testing.T) {
	s := open(t)
	code := s.given("bf", 1)
	var won atomic.Int64
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			r := s.do(request{method: "POST", path: "/api/v1/coupons/" + code + "/redeem", key: s.key, idempotency: fmt.Sprint("till", i),
				body: fmt.Sprintf(`{"order": "o%d", "amount": "70.00", "currency": "USD"}`, i)})
			if r.status == 200 {
				won.Add(1)
			} else {
				s.is(r, 409, "used_up")
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d orders have used the code", won.Load())
	}
}

// A customer is one person by what the shop says; a code that was told to somebody in private joins who they are with who buys.
func TestOnePerson(t *testing.T) {
	s := open(t)
	put := func(id, body string) reply {
		return s.do(request{method: "PUT", path: "/api/v1/customers/" + id, key: s.key, body: body})
	}
	s.is(put("77", `{"name": "Ann", "email": "Ann@Shop.example", "handles": {"mastodon": "@ann@social.example"}, "tags": ["vip"],
		"consent": [{"account": "outlet", "at": "2027-05-01T10:00:00+02:00", "source": "the form in the shop"}]}`), 200, "")
	id, err := s.b.Book.Find(t.Context(), "mastodon", "ann@social.example")
	byMail, err2 := s.b.Book.Find(t.Context(), "email", "ann@shop.example")
	if err != nil || err2 != nil || id == 0 || id != byMail {
		t.Fatalf("%d, %d, %v, %v", id, byMail, err, err2)
	}
	given, err := s.b.Book.Consents(t.Context(), id)
	if err != nil || len(given) != 1 || given[0].Account != "outlet" {
		t.Errorf("%+v, %v", given, err)
	}
	s.now.Store(noon.Add(time.Hour).UnixMilli())
	// Bob is known by his handle alone until he uses his code.
	bob := s.meet("bob@social.example")
	code := s.given("bf", bob)
	s.is(s.post("coupons/"+code+"/redeem", `{"order": "B-1", "amount": "70.00", "currency": "USD", "customer": "88"}`), 200, "")
	if other, err := s.b.Book.Find(t.Context(), "customer", "88"); err != nil || other != bob {
		t.Errorf("customer 88 is %d, Bob is %d, %v", other, bob, err)
	}
	// Carol passes hers on to a customer who has a handle: they stay two.
	carol := s.meet("carol@social.example")
	code = s.given("bf", carol)
	s.is(s.post("coupons/"+code+"/redeem", `{"order": "C-1", "amount": "70.00", "currency": "USD", "customer": "77"}`), 200, "")
	if other, _ := s.b.Book.Find(t.Context(), "customer", "77"); other == carol || other != id {
		t.Error("a code that was passed on joins two people")
	}
}
