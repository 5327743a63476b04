package shopapi_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"magpie/internal/acts"
)

// take imports a list of orders, as magpie orders import does.
func (s *shop) take(list string) (warnings []string) {
	s.Helper()
	_, err := s.b.Acts.ImportOrders(s.Context(), strings.NewReader(list), acts.OrdersFrom{Who: "ann", Warn: func(w string) {
		warnings = append(warnings, w)
	}})
	if err != nil {
		s.Fatal(err)
	}
	return warnings
}

// revenue is what the report says that the campaign brought in.
func (s *shop) revenue() string {
	s.Helper()
	_, rest, _ := strings.Cut(s.get("reports/campaigns/bf").text, `"revenue":`)
	text, _, _ := strings.Cut(rest, `,"cost"`)
	return text
}

func (s *shop) person(net, sign string) int64 {
	s.Helper()
	id, err := s.b.Book.Find(s.Context(), net, sign)
	if err != nil {
		s.Fatal(err)
	}
	return id
}

// What a list says that is older than what we know takes nothing back: neither refunds, nor that an order was cancelled.
func TestOldLists(t *testing.T) {
	s := open(t)
	code, other := s.given("bf", 1), s.given("bf", 2)
	list := "order,customer,at,amount,coupon\nA-1,7,2027-11-26,63.00," + code + "\n"
	s.take(list)
	s.is(s.post("orders/A-1/refund", `{"amount": "13.00", "currency": "USD"}`), 200, "")
	if s.take(list); s.revenue() != `[{"amount":5000,"currency":"USD"}]` {
		t.Errorf("after the older list: %s", s.revenue())
	}
	s.is(s.post("orders", `{"order": "A-2", "amount": "70.00", "state": "cancelled", "coupon": "`+other+`"}`), 201, "")
	s.take("order,at,amount,coupon,state\nA-2,2027-11-26,70.00," + other + ",\nA-2,2027-11-26,70.00," + other + ",cancelled\n")
	if r := s.get("coupons/" + other); r.body["state"] != "delivered" {
		t.Errorf("the code of a cancelled order: %s", r.text)
	}
	// A list without a column for coupons ends them all the same.
	s.take("order,at,amount,state\nA-1,2027-11-26,63.00,refunded\n")
	if r := s.get("coupons/" + code); s.revenue() != "null" || r.body["state"] != "delivered" {
		t.Errorf("%s, %s", s.revenue(), r.text)
	}
}

// Whoever is joined with the holder of a code in the midst of a list has one limit, and not two.
func TestJoinedInAList(t *testing.T) {
	s := open(t)
	code := s.given("bf", s.meet("ann@social.example"))
	if told := s.take("order,customer,at,amount,coupon\n1,77,2027-11-26,70.00," + code + "\n2,77,2027-11-26,9.00,SAVE10\n"); len(told) != 0 {
		t.Error(told)
	}
	s.is(s.post("coupons/SAVE10/redeem", `{"order": "3", "amount": "9.00", "currency": "USD", "customer": "77"}`), 422, "person_limit")
}

// A code that was good when the order was placed is good, whenever we are told, and counts in that day.
func TestToldLate(t *testing.T) {
	s := open(t)
	code := s.given("bf", 1)
	if err := s.b.DB.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE coupons SET valid_until = $1 WHERE code = $2`, noon.Add(72*time.Hour).UnixMilli(), code)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	s.now.Store(noon.AddDate(0, 0, 5).UnixMilli())
	r := s.post("orders", `{"order": "1", "amount": "70.00", "at": "2027-11-27T10:00:00Z", "coupon": "`+code+`"}`)
	if s.is(r, 201, ""); r.body["coupon_problem"] != nil {
		t.Error(r.text)
	}
	if r := s.get("reports/campaigns/bf?since=2027-11-29"); strings.Contains(r.text, "7000") {
		t.Errorf("it counts when it was told: %s", r.text)
	}
	// What is told of the same order again, without its time, leaves it.
	s.is(s.post("orders", `{"order": "1", "amount": "70.00", "items": "Lamp"}`), 200, "")
	if r := s.post("orders", `{"order": "1", "amount": "70.00"}`); r.body["at"] != "2027-11-27T10:00:00Z" {
		t.Error(r.text)
	}
	s.is(s.post("orders", `{"order": "9", "amount": "1", "at": "2099-01-01T00:00:00Z"}`), 400, "bad_request")
}

// A call that is refused leaves nothing behind: nobody is made one, and nobody is known who was not.
func TestRefusedLeavesNothing(t *testing.T) {
	s := open(t)
	put := func(id, body string) reply {
		return s.do(request{method: "PUT", path: "/api/v1/customers/" + id, key: s.key, body: body})
	}
	s.is(put("1", `{"email": "a@b.example"}`), 200, "")
	s.is(put("3", `{"handles": {"mastodon": "c@social.example"}}`), 200, "")
	one := s.person("customer", "1")
	s.is(put("1", `{"handles": {"mastodon": "d@social.example"}, "country": "nowhere"}`), 400, "bad_request")
	s.is(s.post("coupons/NOSUCH/unlock", `{"order": "x", "customer": "born"}`), 404, "not_found")
	s.is(s.post("coupons/SAVE10/unlock", `{"order": "x", "customer": "born"}`), 404, "unknown_order")
	if s.person("mastodon", "d@social.example") != 0 || s.person("customer", "born") != 0 {
		t.Error("who was named in a call that was refused is known")
	}
	// A partner's key makes nobody known, and nobody one.
	code := s.given("hotel", 1)
	r := s.do(request{method: "POST", path: "/api/v1/coupons/" + code + "/redeem", key: s.newKey("hotel", []string{"coupons"}, "hotel"),
		idempotency: "x",
		body:        `{"order": "h", "amount": "1", "currency": "USD", "customer": "1", "handles": {"mastodon": "c@social.example"}}`})
	if s.is(r, 200, ""); s.person("customer", "1") != one || s.person("mastodon", "c@social.example") == one {
		t.Error("a partner has made one customer of two")
	}
	// Two customers who share an address are two.
	s.is(s.post("orders", `{"order": "1", "amount": "63.00", "customer": "10", "email": "pos@shop.example"}`), 201, "")
	s.is(s.post("orders", `{"order": "2", "amount": "63.00", "customer": "11", "email": "pos@shop.example"}`), 201, "")
	if s.person("customer", "10") == s.person("customer", "11") || s.person("email", "pos@shop.example") != s.person("customer", "10") {
		t.Error("two customers with one address are one")
	}
	if _, err := s.b.Book.Import(t.Context(), strings.NewReader("customer,email\n12,pos@shop.example\n"), noon, nil, nil); err != nil ||
		s.person("customer", "12") == s.person("customer", "10") {
		t.Error("a list makes two customers one", err)
	}
}

// An order is what its code was locked for, or what it takes off is looked at again.
func TestLockedOrders(t *testing.T) {
	s := open(t)
	code := s.given("bf", 1)
	s.is(s.post("coupons/"+code+"/lock", `{"order": "1", "amount": "100.00", "currency": "USD", "discount": "500.00"}`), 422,
		"discount_too_large")
	s.is(s.post("coupons/"+code+"/lock", `{"order": "1", "amount": "100.00", "currency": "USD", "discount": "41.00"}`), 422,
		"discount_too_large")
	s.is(s.post("coupons/"+code+"/lock", `{"order": "1", "amount": "100.00", "currency": "USD"}`), 200, "")
	s.is(s.post("coupons/"+code+"/lock", `{"order": "1", "amount": "100.00", "currency": "USD", "hold_seconds": 86400}`), 200, "")
	s.is(s.post("coupons/"+code+"/redeem", `{"order": "1", "amount": "7000", "currency": "JPY"}`), 422, "currency")
	s.is(s.post("coupons/"+code+"/redeem", `{"order": "1", "amount": "0.01", "currency": "USD"}`), 422, "order_too_small")
	s.is(s.post("coupons/"+code+"/redeem", `{"order": "1", "amount": "70.00", "currency": "USD", "discount": "3000.00"}`), 422,
		"discount_too_large")
	r := s.do(request{method: "POST", path: "/api/v1/coupons/" + code + "/lock", key: s.key, idempotency: "h", asIs: true,
		body: `{"order": "2", "amount": "100.00", "currency": "USD", "hold_seconds": 10000000000}`})
	s.is(r, 400, "bad_request")
	s.is(s.post("coupons/"+code+"/redeem", `{"order": "1", "amount": "70.00", "currency": "USD"}`), 200, "")
	// The order in another currency is not that order.
	if r := s.post("orders",
		`{"order": "1", "amount": "9000", "currency": "JPY", "coupon": "`+code+`"}`); r.body["coupon_problem"] == nil ||
		s.revenue() != `[{"amount":7000,"currency":"USD"}]` {
		t.Errorf("%s, %s", r.text, s.revenue())
	}
}

// A refund ends the use of a code, and begins none.
func TestRefundRedeemsNothing(t *testing.T) {
	s := open(t)
	code := s.given("bf", 1)
	s.is(s.post("coupons/"+code+"/lock", `{"order": "X", "amount": "100.00", "currency": "USD"}`), 200, "")
	if r := s.post("orders", `{"order": "Y", "amount": "70.00", "coupon": "`+code+`"}`); r.body["coupon_problem"] == nil {
		t.Error(r.text)
	}
	s.is(s.post("coupons/"+code+"/unlock", `{"order": "X"}`), 200, "")
	s.is(s.post("orders/Y/refund", `{"amount": "1.00", "currency": "USD"}`), 200, "")
	if r := s.get("coupons/" + code); r.body["state"] != "delivered" {
		t.Error(r.text)
	}
}

// Signs that can't be seen are refused, wherever they stand; nothing ends by them.
func TestInvisibleSigns(t *testing.T) {
	s := open(t)
	for range 2 {
		s.is(s.post("orders", `{"order": "A\u0000B", "amount": "1.00"}`), 400, "bad_request")
		s.is(s.post("orders", `{"order": "A\u0007B", "amount": "1.00"}`), 400, "bad_request")
		s.is(s.post("orders", `{"order": "C", "amount": "1.00", "customer": "x\u0001y"}`), 400, "bad_request")
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPut, s.s.URL+"/api/v1/customers/a%00b",
			strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+s.key)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if resp.Body.Close(); resp.StatusCode != 400 {
			t.Error(resp.StatusCode)
		}
	}
	s.is(s.post("orders", `{"order": "big", "amount": "999999999999999", "currency": "USD"}`), 400, "bad_request")
	s.is(s.post("orders", `{"order": "big", "amount": "999999999999999", "currency": "JPY"}`), 400, "bad_request")
}

// A code of which an offer keeps the use is no revenue when its order was cancelled.
func TestKept(t *testing.T) {
	s := open(t)
	code := s.given("keeps", 1)
	use := fmt.Sprintf(`"amount": "70.00", "coupon": %q`, code)
	s.is(s.post("orders", `{"order": "1", `+use+`}`), 201, "")
	s.is(s.post("orders", `{"order": "1", "state": "cancelled", `+use+`}`), 200, "")
	if r := s.get("coupons/" + code); r.body["state"] != "redeemed" || s.revenue() != `[{"amount":0,"currency":"USD"}]` {
		t.Errorf("%s, %s", r.text, s.revenue())
	}
}

// Whoever guesses with a partner's key waits; the shop's visitors, who mistype, stop nobody.
func TestGuessing(t *testing.T) {
	s := open(t)
	code, stopped := s.given("hotel", 1), 0
	ours := s.key
	s.key = s.newKey("hotel", []string{"coupons"}, "hotel")
	for i := range 40 {
		if r := s.get(fmt.Sprintf("coupons/AAAA-BBBB-%04d", i)); r.status == http.StatusTooManyRequests {
			stopped++
		}
	}
	if stopped < 9 {
		t.Errorf("%d of 40 guesses were stopped", stopped)
	}
	s.is(s.get("coupons/"+code), 429, "too_many_requests")
	s.key = ours
	for stopped = 0; stopped < 3; {
		if r := s.get("coupons/typo"); r.status == http.StatusTooManyRequests {
			stopped++
		}
	}
	s.is(s.get("coupons/"+code), 200, "")
	s.is(s.post("orders", `{"order": "1", "amount": "1.00"}`), 201, "")
}

// Being erased gives nobody a second use.
func TestForgottenLimit(t *testing.T) {
	s := open(t)
	use := func(order string) reply {
		return s.post("coupons/SAVE10/redeem", `{"order": "`+order+`", "amount": "9.00", "currency": "USD", "customer": "5"}`)
	}
	s.is(use("1"), 200, "")
	if err := s.b.Acts.Forget(t.Context(), s.person("customer", "5"), "ann"); err != nil {
		t.Fatal(err)
	}
	s.is(use("2"), 422, "person_limit")
}
