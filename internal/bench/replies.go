package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"magpie/internal/sandbox"
)

// replies is the time from a mention's arrival at the network to that of the
// answer, through the stream.
func replies(ctx context.Context, dir string) error {
	for _, rate := range []int{20, 100} {
		if err := repliesAt(ctx, fmt.Sprintf("%s/%d", dir, rate), rate, 10*rate); err != nil {
			return err
		}
	}
	return nil
}

func repliesAt(ctx context.Context, dir string, rate, n int) error {
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
	b, err := open(ctx, dir, s.URL(), 8)
	if err != nil {
		return err
	}
	defer b.Close()
	r, err := b.Start(ctx)
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
	if err := r.Stop(); err != nil {
		return err
	}
	if len(took) != n || len(s.Posts("brand")) != n {
		return fmt.Errorf("%d mentions, %d answers", n, len(s.Posts("brand")))
	}
	fmt.Printf("  %3d mentions/s, %4d in all         p50 %s  p99 %s  (budget p99 ≤ 1 s at 100/s)\n", rate, n, ms(percentile(took, 50)), ms(percentile(took, 99)))
	return nil
}
