package faults_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// The disk is full for so long that the job engine gives up writing down what
// has become of its work. When there is room again, that work goes on.
func TestDiskFullForAWhile(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	disk := s.Small()
	var told atomic.Int64
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if told.Add(1) == 1 {
			kit.Span(3 * time.Second) // the disk is full meanwhile
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(hook.Close)
	s.Env = append(s.Env, "HOOK="+hook.URL)
	s.Write("magpie.yaml", "settle: 1s\ntell: env:HOOK\n")
	s.Once()
	p := s.Start()
	s.Until("it listens", func() bool { return s.Net.Streams() == 1 })
	s.Write("campaigns/now.yaml", "title: [no files of ours\n")
	s.Until("the web hook is being told", func() bool { return told.Load() == 1 })
	free := fill(t, disk)
	m := s.Hears("dan", "a deal please", "shop")
	kit.Span(20 * time.Second)
	free()
	s.All(kit.Expected{Answered: []sandbox.Status{m}, Codes: []string{"dan"}}, "shop")
	s.Until("the web hook is told again", func() bool { return told.Load() >= 2 })
	s.Remove("campaigns/now.yaml")
	p.Stop()
}
