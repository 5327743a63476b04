package main

import (
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/bot"
	"magpie/internal/health"
	"magpie/internal/shopapi"
)

// probes answers /healthz, /readyz and /metrics, what networks send to /push/ACCOUNT, and
// the shop's programs at /api/v1/, while the bot runs. Where
// nobody has named a place and the usual one is taken, another port does.
func probes(c *cli.Context, b *bot.Bot) (stop func(), err error) {
	place := c.String("listen")
	if place == "off" {
		return func() {}, nil
	}
	l, err := new(net.ListenConfig).Listen(c.Context, "tcp", place)
	if err != nil && !c.IsSet("listen") {
		l, err = new(net.ListenConfig).Listen(c.Context, "tcp", "127.0.0.1:0")
	}
	if err != nil {
		var at *net.OpError
		if errors.As(err, &at) {
			err = at.Err
		}
		return nil, console.Usage("--listen %s: %v", place, err)
	}
	b.AnswersAt(l.Addr().String())
	b.Log.WithField("address", "http://"+l.Addr().String()).Info("answers /healthz, /readyz and /metrics")
	mux := http.NewServeMux()
	mux.Handle("/", health.Handler(b.Checkup.Health, b.Checkup.Counts, version()))
	mux.Handle("/push/", b.Listener.Pushes())
	mux.Handle("/api/v1/", (&shopapi.Server{Acts: b.Acts, Log: b.Log}).Handler())
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second}
	go func() { _ = s.Serve(l) }() // ends with stop
	return func() { _ = s.Close() }, nil
}
