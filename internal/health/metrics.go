package health

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// patience is how long a scrape waits for the database.
const patience = 5 * time.Second

// collector turns a report into numbers when Prometheus asks.
type collector struct {
	look func(context.Context) *Report
}

func metric(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("magpie_"+name, help, labels, nil)
}

var (
	ok        = metric("ok", "1 while nothing is stuck or needs a person")
	ready     = metric("ready", "1 once the bot works and reaches its database")
	problems  = metric("problems", "how many things are stuck or need a person")
	revision  = metric("revision", "number of the files in force")
	machines  = metric("machines", "processes at work on the database")
	nextDue   = metric("next_due_timestamp_seconds", "when the next post is due; absent if none is")
	lastOut   = metric("last_out_timestamp_seconds", "when the last post went out; absent if none has")
	overdue   = metric("oldest_overdue_seconds", "how long the oldest overdue post has been waiting")
	posts     = metric("posts", "posts that are not finished", "state")
	queued    = metric("queue_depth", "jobs that wait", "work")
	waiting   = metric("queue_oldest_seconds", "how long the oldest job that could start has been waiting")
	skew      = metric("clock_skew_seconds", "the largest difference to the clock of the database or of a network")
	disk      = metric("disk_free_bytes", "room left where the workspace is")
	held      = metric("account_held", "1 where this machine holds the account", "account", "network")
	signedOut = metric("account_signed_out", "1 where the network refuses the account's credentials", "account", "network")
	paused    = metric("account_paused", "1 where the account is paused", "account", "network")
	stream    = metric("account_stream_open", "1 while the stream is open; absent where the network has none", "account", "network")
	read      = metric("account_read_timestamp_seconds", "when mentions were last read", "account", "network")
)

// Describe implements prometheus.Collector.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{ok, ready, problems, revision, machines, nextDue, lastOut, overdue, posts, queued, waiting, skew,
		disk, held, signedOut, paused, stream, read} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r := c.look(ctx)
	say := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	at := func(d *prometheus.Desc, t time.Time, labels ...string) {
		if !t.IsZero() {
			say(d, float64(t.UnixMilli())/1000, labels...)
		}
	}
	say(ok, number(r.OK))
	say(ready, number(r.Ready))
	say(problems, float64(len(r.Problems)))
	say(revision, float64(r.Revision))
	say(machines, float64(r.Machines))
	at(nextDue, r.NextDue)
	at(lastOut, r.LastOut)
	say(overdue, r.Overdue.Seconds())
	say(waiting, r.Waiting.Seconds())
	say(skew, r.Skew.Seconds())
	say(disk, float64(r.Disk))
	for state, n := range r.Posts {
		say(posts, float64(n), state)
	}
	for work, n := range r.Queue {
		say(queued, float64(n), work)
	}
	for _, a := range r.Accounts {
		say(held, number(a.Held), a.Name, a.Network)
		say(signedOut, number(a.SignedOut), a.Name, a.Network)
		say(paused, number(a.Paused), a.Name, a.Network)
		at(read, a.Read, a.Name, a.Network)
		if a.Stream != "none" && a.Held {
			say(stream, number(a.Stream == "open"), a.Name, a.Network)
		}
	}
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
