package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"magpie/internal/sandbox"
)

// replies is the time from a mention's arrival at the network to that of the
// answer, through the stream.
func replies(ctx context.Context, dir string) error {
	for _, d := range on {
		for _, rate := range []int{20, 100} {
			if err := repliesAt(ctx, fmt.Sprintf("%s/%s%d", dir, d.name, rate), d, rate, 10*rate, 1); err != nil {
				return err
			}
		}
	}
	return repliesAt(ctx, dir+"/two", databases[1], 100, 1000, 2)
}

// start lets machines work on one database.
func start(ctx context.Context, dir string, d database, server string, machines int) (stop func() error, err error) {
	place, err := d.place(dir)
	if err != nil {
		return nil, err
	}
	var stops []func() error
	for range machines {
		b, err := open(ctx, dir, place, server, 8, 1)
		if err != nil {
			return nil, err
		}
		r, err := b.Start(ctx)
		if err != nil {
			return nil, err
		}
		stops = append(stops, func() error { return errors.Join(r.Stop(), b.Close()) })
	}
	return func() (err error) {
		for _, s := range stops {
			err = errors.Join(err, s())
		}
		return err
	}, nil
}

func repliesAt(ctx context.Context, dir string, d database, rate, n, machines int) error {
	s, err := sandbox.Start(sandbox.Options{Accounts: []sandbox.Account{{Name: "brand"}}, Quiet: true})
	if err != nil {
		return err
	}
	defer s.Close()
	var mu sync.Mutex
	took, said := []time.Duration{}, map[string]time.Time{}
	s.OnPost(func(p sandbox.Status) {
		mu.Lock()
		defer mu.Unlock()
		if at, ok := said[p.InReplyTo]; ok && p.Brand {
			took = append(took, time.Since(at))
			delete(said, p.InReplyTo)
		} else if !p.Brand {
			said[p.ID] = time.Now()
		}
	})
	stop, err := start(ctx, dir, d, s.URL(), machines)
	if err != nil {
		return err
	}
	for s.Streams() == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	for i := range n {
		<-tick.C
		s.Person(fmt.Sprintf("person%d", i)).Say("when do you open?", "brand")
	}
	deadline := time.Now().Add(30 * time.Second)
	for ; time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		mu.Lock()
		done := len(took) >= n
		mu.Unlock()
		if done {
			break
		}
	}
	if err := stop(); err != nil {
		return err
	}
	if len(took) != n || len(s.Posts("brand")) != n {
		return fmt.Errorf("%d mentions, %d answers", n, len(s.Posts("brand")))
	}
	fmt.Printf("  %3d mentions/s, %-8s %d machine(s)  p50 %s  p99 %s  (budget p99 ≤ 1 s at 100/s)\n", rate, d.name, machines,
		ms(percentile(took, 50)), ms(percentile(took, 99)))
	return nil
}
