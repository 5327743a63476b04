package x

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// All methods may be used at the same time, while sessions end and streams break.
func TestAllAtOnce(t *testing.T) {
	t.Parallel()
	r, _ := metered(t, xfake.Options{Unlimited: true})
	ann := r.s.Person("ann")
	asked := replyRef(ann.Say("@brand hi"))
	ann.Message("brand", "psst")
	none := func(string) bool { return false }
	var all sync.WaitGroup
	for i := range 6 {
		for name, do := range map[string]func(n int) error{
			"verify": func(int) error { _, err := r.c.Verify(t.Context()); return err },
			"post": func(n int) error {
				s, err := r.c.Prepare(t.Context(), network.Draft{Text: fmt.Sprint("post ", i, n), Images: []network.Image{photo(t, uint8(n), "alt")}})
				if err == nil {
					_, err = r.c.Publish(t.Context(), s)
				}
				if err == nil {
					_, _, err = r.c.Find(t.Context(), s, time.Now().Add(-time.Minute), none)
				}
				return err
			},
			"events":    func(int) error { _, _, err := r.c.Events(t.Context(), ""); return err },
			"posts":     func(int) error { _, err := r.c.Posts(t.Context(), time.Now().Add(-time.Minute)); return err },
			"answered":  func(int) error { _, err := r.c.Answered(t.Context(), asked, nil); return err },
			"followers": func(int) error { _, _, err := r.c.Followers(t.Context(), ""); return err },
			"delete":    func(int) error { return r.c.Delete(t.Context(), "1") },
			"rest":      func(int) error { r.c.Quota(); _ = fmt.Sprint(r.c); _, err := r.c.Limits(t.Context()); return err },
			"expire":    func(int) error { r.s.Expire("brand"); return nil },
			"stream": func(int) error {
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
				defer cancel()
				_ = r.c.Stream(ctx, func() {}, func(network.Event) {})
				return nil
			},
		} {
			all.Go(func() {
				for n := range 4 {
					if err := do(n); err != nil && network.ReasonOf(err) != network.SignedOut { // it may expire twice in one call
						t.Errorf("%s: %v", name, err)
					}
				}
			})
		}
	}
	all.Wait()
	_, err := r.c.Verify(t.Context())
	r.ok(err)
}

// The same file is uploaded once, though many posts want it at once.
func TestUploadedOnceByMany(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if _, err := r.c.Prepare(t.Context(), network.Draft{Text: fmt.Sprint(i), Images: []network.Image{photo(t, 1, "alt")}}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := r.s.Count(uploads); n != 1 {
		t.Errorf("%d uploads", n)
	}
}
