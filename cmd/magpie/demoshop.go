package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"magpie/internal/apikey"
	"magpie/internal/outbox"
	"magpie/internal/shopapi"
)

// demoShop is the demo's shop: its programs call the API.
type demoShop struct{ address, key string }

// openShop lets the API answer on this machine, with a key for the demo.
func (d *show) openShop(ctx context.Context) (s demoShop, stop func(), err error) {
	s.key, err = d.b.Acts.AddShopKey(ctx, apikey.Key{Name: fmt.Sprint("demo ", time.Now().UnixNano()), Scopes: apikey.Scopes, CreatedBy: "demo"})
	if err != nil {
		return s, nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return s, nil, err
	}
	server := &http.Server{Handler: (&shopapi.Server{Acts: d.b.Acts, Log: d.b.Log}).Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(l) }() // ends with stop
	s.address = "http://" + l.Addr().String()
	return s, func() { _ = server.Close() }, nil
}

// redeem tells the API of an order in which a code was used, and says what it answers.
func (s demoShop) redeem(ctx context.Context, code, order, amount string) (status int, answer map[string]any, err error) {
	body, _ := json.Marshal(map[string]string{"order": order, "amount": amount, "currency": "USD"}) // texts can't fail
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.address+"/api/v1/coupons/"+code+"/redeem", strings.NewReader(string(body)))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+s.key)
	req.Header.Set("Idempotency-Key", "demo "+order)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	return resp.StatusCode, answer, json.NewDecoder(resp.Body).Decode(&answer)
}

// redeem lets two customers buy with their codes at the shop, and one try it twice.
func (d *show) redeem(ctx context.Context, _ string) error {
	rows, err := outbox.OutWithCode(ctx, d.b.DB.Read, 2)
	if err != nil || len(rows) == 0 {
		return err
	}
	shop, stop, err := d.openShop(ctx)
	if err != nil {
		return err
	}
	defer stop()
	for i, p := range rows {
		order, amount := fmt.Sprintf("A-%d", 1041+i), fmt.Sprintf("%d.00", 899-250*i)
		status, answer, err := shop.redeem(ctx, p.Code, order, amount)
		if err != nil {
			return err
		}
		if status != http.StatusOK {
			return fmt.Errorf("the API answers %d: %v", status, answer["detail"])
		}
		d.say("Shop", "%s", d.p.Good(fmt.Sprintf("%s is redeemed in order %s for %s USD, over the API for shops", p.Code, order, amount)))
	}
	_, answer, err := shop.redeem(ctx, rows[0].Code, "A-2000", "50.00")
	if err != nil {
		return err
	}
	d.say("Shop", "a second try with it is refused: %s", d.p.Warn(fmt.Sprint(answer["detail"])))
	return nil
}
