package health

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Count is one number with what it counts.
type Count struct {
	Name   string   // of the metric, without magpie_
	Labels []string // their values, as countLabels has their names
	N      float64
	Total  bool // it only grows while the process lives
}

// countHelp says what the counts are, and countLabels what their labels are called.
var (
	countHelp = map[string]string{
		"outbox_posts":        "all posts",
		"mentions":            "all mentions, by what became of them: answered, at the desk, without need of an answer",
		"desk_oldest_seconds": "how long the oldest mention at the desk has been waiting",
		"coupons":             "all codes",
		"network_calls_total": "calls of networks by this process since it began",
	}
	countLabels = map[string][]string{
		"outbox_posts": {"account", "state"}, "mentions": {"account", "state"}, "desk_oldest_seconds": {},
		"coupons": {"offer", "state"}, "network_calls_total": {"network", "result"},
	}
)

// fresh is how long counts of the whole database hold: they take their time.
const fresh = time.Minute

// counter turns counts into metrics.
type counter struct {
	count func(context.Context) []Count
	mu    sync.Mutex
	at    time.Time
	last  []Count
	descs map[string]*prometheus.Desc
}

func newCounter(count func(context.Context) []Count) *counter {
	c := &counter{count: count, descs: map[string]*prometheus.Desc{}}
	for name, labels := range countLabels {
		c.descs[name] = metric(name, countHelp[name], labels...)
	}
	return c
}

// Describe implements prometheus.Collector.
func (c *counter) Describe(out chan<- *prometheus.Desc) {
	for _, d := range c.descs {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c *counter) Collect(out chan<- prometheus.Metric) {
	for _, x := range c.now() {
		kind := prometheus.GaugeValue
		if x.Total {
			kind = prometheus.CounterValue
		}
		out <- prometheus.MustNewConstMetric(c.descs[x.Name], kind, x.N, x.Labels...)
	}
}

func (c *counter) now() []Count {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.at) > fresh {
		ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
		defer cancel()
		c.last, c.at = c.count(ctx), time.Now()
	}
	return c.last
}
