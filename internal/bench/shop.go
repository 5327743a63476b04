package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"magpie/internal/apikey"
	"magpie/internal/bot"
	"magpie/internal/coupon"
	"magpie/internal/orders"
	"magpie/internal/shopapi"
	"magpie/internal/store"
)

// How much a shop does here.
const (
	uses     = 20_000
	tills    = 16
	bought   = 200_000
	shoppers = 50_000
)

// shop measures what a shop's programs ask: codes that are redeemed over HTTP by sixteen tills, beside the same number of transactions that
// write the same rows; and a list of orders, beside an insert of its rows.
func shop(ctx context.Context, dir string) error {
	for _, d := range on {
		place, err := d.place(filepath.Join(dir, d.name))
		if err != nil {
			return err
		}
		b, err := openShop(ctx, filepath.Join(dir, d.name), place)
		if err != nil {
			return err
		}
		err = errors.Join(redemptions(ctx, b, d.name), imports(ctx, b, d.name), b.Close())
		if err != nil {
			return err
		}
	}
	return nil
}

func openShop(ctx context.Context, dir, place string) (*bot.Bot, error) {
	files := map[string]string{"magpie.yaml": "currency: USD\n",
		"campaigns/offers.yaml": "sale: {value: 30%, discount: 30%, codes: made, " +
			"uses: {ever: 10000000}, budget: 900000000.00 USD}\n"}
	if err := write(dir, files); err != nil {
		return nil, err
	}
	return open(ctx, dir, place, "", 8, 1)
}

// given are codes that people have.
func given(ctx context.Context, b *bot.Bot, n int) (codes []string, err error) {
	for len(codes) < n {
		err := b.DB.Write(ctx, func(tx *sql.Tx) error {
			all := make([]coupon.For, min(2000, n-len(codes)))
			for i := range all {
				all[i] = coupon.For{Person: int64(1 + len(codes) + i), Post: fmt.Sprint("p", len(codes)+i)}
			}
			some, err := coupon.ReserveAll(ctx, tx, coupon.Offer{Name: "sale", Made: true}, all, time.Now())
			for _, g := range some {
				codes = append(codes, g.Code)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return codes, nil
}

// each lets sixteen do something with numbers up to n.
func each(n int, do func(i int) error) (time.Duration, error) {
	work, errs := make(chan int), make([]error, tills)
	var all sync.WaitGroup
	began := time.Now()
	for t := range tills {
		all.Go(func() {
			for i := range work {
				if err := do(i); err != nil && errs[t] == nil {
					errs[t] = err
				}
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	all.Wait()
	return time.Since(began), errors.Join(errs...)
}

func redemptions(ctx context.Context, b *bot.Bot, on string) error {
	codes, err := given(ctx, b, 2*uses)
	if err != nil {
		return err
	}
	bare, err := each(uses, func(i int) error {
		return bareUse(ctx, b.DB, codes[uses+i], i)
	})
	if err != nil {
		return err
	}
	key, err := apikey.Add(ctx, b.DB, apikey.Key{Name: "bench", Scopes: apikey.Scopes}, time.Now())
	if err != nil {
		return err
	}
	s := httptest.NewServer((&shopapi.Server{Acts: b.Acts, Log: b.Log, CallsPerSecond: 1e9}).Handler())
	defer s.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: tills}}
	took, err := each(uses, func(i int) error { return redeemOver(ctx, client, s.URL, key, codes[i], i) })
	if err != nil {
		return err
	}
	rate := func(d time.Duration) string { return fmt.Sprintf("%.0f/s", uses/d.Seconds()) }
	line("20,000 codes by 16 tills, "+on, rate(took), rate(bare), fmt.Sprintf("%.2f", bare.Seconds()/took.Seconds()), "≥ 0.4")
	return nil
}

// bareUse is the least that a use of a code is: a change of its row, and one of its own, in a transaction.
func bareUse(ctx context.Context, db *store.DB, code string, i int) error {
	tx, err := db.Writer().BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	_, err1 := tx.ExecContext(ctx, `UPDATE coupons SET account = 'bench' WHERE code = $1`, code)
	_, err2 := tx.ExecContext(ctx,
		`INSERT INTO redemptions (code, order_id, offer, amount, currency, at) VALUES ($1, $2, 'sale', 7000, 'USD', 1)`,
		code, fmt.Sprint("bare", i))
	return errors.Join(err1, err2, tx.Commit())
}

func redeemOver(ctx context.Context, client *http.Client, url, key, code string, i int) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/api/v1/coupons/"+code+"/redeem",
		strings.NewReader(fmt.Sprintf(`{"order": "o%d", "amount": "70.00", "currency": "USD"}`, i)))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Idempotency-Key", fmt.Sprint("k", i))
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%d %s", resp.StatusCode, text)
	}
	return err
}

// imports compares a list of orders with an insert of its rows, and of those who ordered, in one transaction.
func imports(ctx context.Context, b *bot.Bot, on string) error {
	began := time.Now()
	err := b.DB.Write(ctx, func(tx *sql.Tx) error {
		order, err := tx.PrepareContext(ctx,
			`INSERT INTO orders (id, person, at, amount, currency, state, noted_at) VALUES ($1, $2, $3, 1250, 'USD',
			'placed', 1)`)
		if err != nil {
			return err
		}
		defer order.Close()
		for i := range bought {
			if _, err := order.ExecContext(ctx, fmt.Sprint("bare", i), 1e9+int64(i%shoppers), 1+i); err != nil {
				return err
			}
		}
		return nil
	})
	bare := time.Since(began)
	if err != nil {
		return err
	}
	var list strings.Builder
	list.WriteString("order,customer,at,amount\n")
	for i := range bought {
		fmt.Fprintf(&list, "%d,c%d,2026-%02d-%02d 10:00,12.50\n", i, i%shoppers, 1+i%10, 1+i%28)
	}
	began = time.Now()
	if _, err := b.Orders.Import(ctx, strings.NewReader(list.String()), orders.Import{Now: time.Now()}); err != nil {
		return err
	}
	took := time.Since(began)
	line("200,000 orders of 50,000 people, "+on, ms(took), ms(bare), fmt.Sprintf("%.2f", took.Seconds()/bare.Seconds()), "≤ 2")
	began = time.Now()
	if err := b.Book.RankTiers(ctx, time.Now()); err != nil {
		return err
	}
	fmt.Printf("  tiers of 50,000 customers: %s\n", ms(time.Since(began)))
	return nil
}
