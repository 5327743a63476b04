package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/bot"
	"magpie/internal/store/storetest"
)

// write makes files below dir.
func write(dir string, files map[string]string) error {
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

const accountFile = `network: mastodon
server: https://social.example
about: A bench
language: en
timezone: UTC
credentials: env:BENCH_TOKEN
`

// database is one of the two that everything is measured on.
type database struct {
	name string
	// place is an empty database: the path of a file, or an address.
	place func(dir string) (string, error)
}

var databases = []database{
	{"SQLite", func(dir string) (string, error) { return filepath.Join(dir, "magpie.db"), os.MkdirAll(dir, 0o755) }},
	{"Postgres", func(string) (string, error) {
		s, err := startPostgres()
		if err != nil {
			return "", err
		}
		return s.Schema(fmt.Sprint("bench", schemas.Add(1)))
	}},
}

var (
	on            []database // those that are measured
	schemas       atomic.Int64
	startPostgres = sync.OnceValues(storetest.StartDurable)
)

// open opens a workspace of one account, or more, and one rule.
func open(ctx context.Context, dir, place, server string, inFlight, accounts int) (*bot.Bot, error) {
	for i := range accounts {
		file := strings.Replace(accountFile, "BENCH_TOKEN", fmt.Sprint("BENCH_TOKEN_", i), 1)
		if err := write(dir, map[string]string{"accounts/" + brand(i) + ".yaml": file}); err != nil {
			return nil, err
		}
	}
	err := write(dir, map[string]string{
		"campaigns/service.yaml":  "title: Service\nsteps:\n  hours:\n    accounts: [brand]\n    mention: {says: [open]}\n    say: hours\n",
		"templates/hours.en.tmpl": "We are here Monday to Saturday, 9:00 to 18:00, {{name}}.\n",
		"schedules/mornings.yaml": "cron: \"0 9 * * *\"\n",
		"campaigns/everyday.yaml": "title: Useful\nsteps:\n  tip:\n    accounts: [brand]\n    schedule: mornings\n    say: tip\n",
		"templates/tip.en.tmpl":   "A tip.\n",
		"campaigns/segments.yaml": "regulars: orders >= 2 and last_order < 180d\nleaders: followers_count > 10000 or \"press\" in " +
			"tags\nlocals: city == \"Chicago\" and language == \"en\"\nfans: consents(\"direct\")\n",
	})
	if err != nil {
		return nil, err
	}
	log := logrus.New()
	log.SetOutput(io.Discard)
	return bot.Open(ctx, bot.Options{Dir: dir, Database: place, Sandbox: server, Log: logrus.NewEntry(log), InFlight: inFlight})
}

// brand names the accounts: brand, brand1, brand2.
func brand(i int) string {
	if i == 0 {
		return "brand"
	}
	return fmt.Sprint("brand", i)
}

// server is the least that a Mastodon can be: it takes every post.
type server struct {
	*httptest.Server
	n       atomic.Int64
	mu      sync.Mutex
	arrived map[string]time.Time // by text
}

func newServer() *server {
	s := &server{arrived: map[string]time.Time{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/statuses", s.post)
	mux.HandleFunc("GET /api/v1/accounts/verify_credentials", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"id":"1","username":"brand","acct":"brand","bot":true}`)
	})
	mux.HandleFunc("GET /api/v2/instance", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) })
	mux.HandleFunc("GET /api/v1/notifications", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `[]`) })
	mux.HandleFunc("GET /api/v1/accounts/{id}/followers", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `[]`) })
	s.Server = httptest.NewServer(mux)
	return s
}

func (s *server) post(w http.ResponseWriter, r *http.Request) {
	at := time.Now()
	var p struct{ Status string }
	if json.NewDecoder(r.Body).Decode(&p) != nil {
		http.Error(w, "{}", http.StatusUnprocessableEntity)
		return
	}
	s.mu.Lock()
	s.arrived[p.Status] = at
	s.mu.Unlock()
	fmt.Fprintf(w, `{"id":"%d","url":"http://127.0.0.1/%d"}`, 1000+s.n.Add(1), s.n.Load())
}
