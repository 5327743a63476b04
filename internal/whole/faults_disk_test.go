package whole_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// The disk is full for so long that the job engine gives up writing down what
// has become of its work. When there is room again, that work goes on.
func TestDiskFullForAWhile(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	disk := s.small()
	var told atomic.Int64
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if told.Add(1) == 1 {
			time.Sleep(3 * time.Second) // the disk is full meanwhile
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(hook.Close)
	s.env = append(s.env, "HOOK="+hook.URL)
	s.write("magpie.yaml", "settle: 1s\ntell: env:HOOK\n")
	s.once()
	p := s.start()
	s.until("it listens", func() bool { return s.net.Streams() == 1 })
	s.write("campaigns/now.yaml", "title: [no files of ours\n")
	s.until("the web hook is being told", func() bool { return told.Load() == 1 })
	free := fill(t, disk)
	m := s.hears("dan", "a deal please", "shop")
	time.Sleep(20 * time.Second)
	free()
	s.all(expected{answered: []sandbox.Status{m}, codes: []string{"dan"}}, "shop")
	s.until("the web hook is told again", func() bool { return told.Load() >= 2 })
	s.remove("campaigns/now.yaml")
	p.stop()
}
