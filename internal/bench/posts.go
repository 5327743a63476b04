package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"magpie/internal/bot"
	"magpie/internal/network"
	"magpie/internal/outbox"
)

const (
	many     = 20_000
	inFlight = 50
)

// posts compares the outbox with a bare HTTP client that posts the same bytes.
func posts(ctx context.Context, dir string) error {
	s := newServer()
	defer s.Close()
	bare, err := bareClient(ctx, s.URL)
	if err != nil {
		return err
	}
	budget := map[string]string{"SQLite": "≥ 60 %", "Postgres": "≥ 25 %"}
	for _, d := range on {
		ours, err := outboxRate(ctx, filepath.Join(dir, d.name), d, s, load{machines: 1, accounts: 1})
		if err != nil {
			return err
		}
		line("posts/s, 50 in flight, "+d.name, fmt.Sprintf("%.0f/s", ours), fmt.Sprintf("%.0f/s", bare), fmt.Sprintf("%.0f %%", 100*ours/bare),
			budget[d.name])
	}
	return nil
}

// refused compares a rate at which one post in a hundred may not go out with that at which all may: who is refused costs the
// others nothing.
func refused(ctx context.Context, dir string) error {
	s := newServer()
	defer s.Close()
	for _, d := range on {
		all, err := outboxRate(ctx, filepath.Join(dir, d.name+"-all"), d, s, load{machines: 1, accounts: 1})
		if err != nil {
			return err
		}
		some, err := outboxRate(ctx, filepath.Join(dir, d.name+"-some"), d, s, load{machines: 1, accounts: 1, refused: 100})
		if err != nil {
			return err
		}
		line("posts/s, 1 in 100 refused, "+d.name, fmt.Sprintf("%.0f/s", some), fmt.Sprintf("%.0f/s", all),
			fmt.Sprintf("%.0f %%", 100*some/all), "≥ 95 %")
	}
	return nil
}

// load is what a rate is measured with.
type load struct {
	machines, accounts int
	refused            int // every so many-th post may not go out; 0: all may
	sent               int // so many posts are in the database that went out before
}

// twoMachines compares two machines that share four accounts with one that has
// them all. Both are processes' worth of work on the same two cores.
func twoMachines(ctx context.Context, dir string) error {
	s := newServer()
	defer s.Close()
	one, err := outboxRate(ctx, dir+"/one", databases[1], s, load{machines: 1, accounts: 4})
	if err != nil {
		return err
	}
	two, err := outboxRate(ctx, dir+"/two", databases[1], s, load{machines: 2, accounts: 4})
	if err != nil {
		return err
	}
	line("posts/s, 4 accounts, two machines", fmt.Sprintf("%.0f/s", two), fmt.Sprintf("%.0f/s", one), fmt.Sprintf("%.0f %%", 100*two/one),
		"(floor: one machine)")
	return nil
}

// outboxRate is how many posts a second so many machines send that run on one
// database, until all are out.
func outboxRate(ctx context.Context, dir string, d database, s *server, l load) (float64, error) {
	place, err := d.place(dir)
	if err != nil {
		return 0, err
	}
	var running []*bot.Running
	for i := range l.machines {
		b, err := open(ctx, dir, place, s.URL, inFlight, l.accounts)
		if err != nil {
			return 0, err
		}
		defer b.Close()
		r, err := b.Start(ctx)
		if err != nil {
			return 0, err
		}
		if i == 0 && l.sent > 0 {
			if err := fillYear(ctx, b, l.sent); err != nil {
				return 0, err
			}
		}
		running = append(running, r)
		if i == l.machines-1 {
			time.Sleep(time.Duration(l.machines-1) * 15 * time.Second) // the accounts are shared out
			if err := plan(ctx, b, many, l, func(int) time.Time { return time.Now() }); err != nil {
				return 0, err
			}
		}
	}
	before, began, due := s.n.Load(), time.Now(), int64(many)
	if l.refused > 0 {
		due -= many / int64(l.refused)
	}
	for s.n.Load()-before < due && time.Since(began) < 2*time.Minute {
		time.Sleep(time.Millisecond)
	}
	took := time.Since(began)
	for _, r := range running {
		if err := r.Stop(); err != nil {
			return 0, err
		}
	}
	if got := s.n.Load() - before; got != due {
		return 0, fmt.Errorf("%d posts arrived, %d were due", got, due)
	}
	return float64(due) / took.Seconds(), nil
}

func text(i int) string {
	return fmt.Sprintf("@person%d@social.example Post number %d of the bench, as long as posts are.", i, i)
}

func bareClient(ctx context.Context, url string) (float64, error) {
	client := network.HTTPClient(30 * time.Second)
	work := make(chan int)
	var wg sync.WaitGroup
	var failed error
	began := time.Now()
	for range inFlight {
		wg.Go(func() {
			for i := range work {
				if err := one(ctx, client, url, i); err != nil {
					failed = err
				}
			}
		})
	}
	for i := range many {
		work <- i
	}
	close(work)
	wg.Wait()
	return float64(many) / time.Since(began).Seconds(), failed
}

func one(ctx context.Context, client *http.Client, url string, i int) error {
	body := fmt.Appendf(nil, `{"status":%q,"visibility":"direct","language":"en"}`, text(i))
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/api/v1/statuses", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer x")
	r.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	return err
}

// plan writes n direct posts down.
func plan(ctx context.Context, b *bot.Bot, n int, l load, due func(i int) time.Time) error {
	return b.DB.Write(ctx, func(tx *sql.Tx) error {
		for i := range n {
			at := due(i)
			p := &outbox.Post{Key: fmt.Sprintf("bench/%d", i), Kind: outbox.Direct, Account: brand(i % l.accounts), Campaign: "push", Exempt: true,
				Recipient: fmt.Sprintf(`{"Handle":"person%d@social.example"}`,
					i), Text: fmt.Sprintf("Post number %d of the bench, as long as posts are.", i), SlotAt: at}
			if l.refused > 0 && i%l.refused == 0 { // to somebody who has not consented
				p.Exempt, p.Person = false, int64(i+1)
			}
			if _, err := outbox.Add(ctx, tx, p, time.Now()); err != nil {
				return err
			}
		}
		return nil
	})
}

// jitter is how long after its time a post's call arrives.
func jitter(ctx context.Context, dir string) error {
	for _, d := range on {
		if err := jitterOn(ctx, filepath.Join(dir, d.name), d); err != nil {
			return err
		}
	}
	return nil
}

func jitterOn(ctx context.Context, dir string, d database) error {
	s := newServer()
	defer s.Close()
	place, err := d.place(dir)
	if err != nil {
		return err
	}
	b, err := open(ctx, dir, place, s.URL, 8, 1)
	if err != nil {
		return err
	}
	defer b.Close()
	r, err := b.Start(ctx)
	if err != nil {
		return err
	}
	const n = 300
	start := time.Now().Add(2 * time.Second).Truncate(time.Millisecond)
	due := func(i int) time.Time { return start.Add(time.Duration(i) * 37 * time.Millisecond) }
	if err := plan(ctx, b, n, load{machines: 1, accounts: 1}, due); err != nil {
		return err
	}
	time.Sleep(time.Until(due(n)) + time.Second)
	if err := r.Stop(); err != nil {
		return err
	}
	var late []time.Duration
	for i := range n {
		at, ok := s.arrived[text(i)]
		if !ok {
			return fmt.Errorf("post %d did not arrive", i)
		}
		late = append(late, at.Sub(due(i)))
	}
	fmt.Printf("  due → call, %-8s               p50 %s  p99 %s  (budget p99 ≤ 100 ms)\n", d.name, ms(percentile(late, 50)),
		ms(percentile(late, 99)))
	return nil
}
