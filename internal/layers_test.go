// Package internal_test holds what is true of all packages together.
package internal_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// layers is who may import whom of ours.
var layers = map[string]string{
	"crash":   "",
	"suggest": "",
	"health":  "",
	"network": "media",
	"store":   "",
	"moves":   "",

	"network/memory":                   "network",
	"network/networktest":              "network",
	"network/mastodon":                 "media network",
	"network/bluesky":                  "crash media network",
	"network/x":                        "crash media network",
	"network/x/xfake":                  "network network/networktest",
	"network/weibo":                    "crash media network",
	"network/weibo/weibofake":          "network network/networktest",
	"network/bluesky/localnet":         "",
	"network/bluesky/localnet/prepare": "network/bluesky/localnet",

	"segment":   "suggest",
	"render":    "money network suggest",
	"money":     "",
	"spoken":    "",
	"outage":    "spoken",
	"sheet":     "",
	"locale":    "",
	"gist":      "",
	"document":  "suggest",
	"scalar":    "money",
	"workspace": "document gist media network policy render scalar segment suggest",
	"plan":      "scalar workspace",
	"answer":    "network render workspace",

	"audit":    "store",
	"need":     "store",
	"meter":    "network store",
	"media":    "",
	"policy":   "",
	"lease":    "store",
	"pause":    "audit store",
	"revision": "store workspace",
	"queue":    "store",
	"report":   "money segment store",
	"vault":    "crash network store",
	"people":   "audit locale network segment sheet store suggest",
	"explain":  "people segment store",
	"orders":   "money moves people sheet store",
	"apikey":   "audit store",
	"shopapi":  "acts apikey coupon money orders people report store",
	"coupon":   "audit crash money moves sheet store",
	"inbox":    "moves network store",
	"outbox":   "audit coupon crash inbox lease moves need network outage pause spoken store",
	"publish":  "audit coupon crash lease network outage outbox pause store",

	"sandbox":           "",
	"sandbox/mastotest": "",
	"docs":              "",
	"torture":           "crash sandbox store/storetest torture/place",
	"torture/place":     "network/bluesky/localnet network/weibo/weibofake network/x/xfake sandbox",
	"store/storetest":   "store",
	"outbox/outboxtest": "outbox store",
	// bench measures everything, and is part of nothing.
	"bench": "apikey bot coupon network network/memory network/networktest orders outbox people sandbox segment shopapi store store/storetest workspace",

	// The rooms of the bot, in the order in which they stand on each other.
	"site":     "document lease need network orders outage outbox people queue revision store vault workspace",
	"accounts": "audit document inbox lease meter need network network/mastodon outbox pause publish scalar site store vault workspace",
	"compose":  "accounts answer coupon gist inbox network outbox pause people plan policy render scalar site store workspace",
	"agenda":   "accounts audit compose coupon crash need network outbox pause people plan queue render segment site spoken store workspace",
	"listen":   "accounts answer crash inbox need network people site store workspace",
	"reply":    "accounts answer compose coupon crash inbox need network outbox pause people policy queue render scalar site store workspace",
	"restore":  "accounts agenda audit compose coupon inbox listen need network outbox pause people reply site store vault workspace",
	"care":     "accounts agenda apikey audit inbox listen need network outbox queue reply revision scalar site store workspace",
	"checkup":  "accounts agenda audit care compose coupon health inbox lease listen need network outbox pause policy publish queue restore site spoken store workspace",
	"acts":     "accounts agenda apikey audit compose coupon document inbox media need network orders outbox pause people plan render reply site suggest workspace",
	"bot":      "accounts acts agenda apikey audit care checkup compose coupon inbox lease listen meter need network network/bluesky network/mastodon network/memory network/weibo network/x orders outbox pause people plan publish queue reply restore revision scalar site store vault workspace",
}

// only is what but these packages may import (besides cmd).
var only = map[string]string{
	"github.com/riverqueue/":       "queue",
	"github.com/mattn/go-sqlite3":  "store",
	"github.com/pressly/goose/":    "store",
	"github.com/jackc/pgx/":        "store queue",
	"github.com/prometheus/":       "health",
	"github.com/expr-lang/expr":    "segment",
	"filippo.io/age":               "vault",
	"github.com/robfig/cron/":      "plan scalar workspace",
	"github.com/goccy/go-yaml":     "network/x policy document workspace",
	"github.com/dghubble/oauth1":   "network/x",
	"golang.org/x/oauth2":          "network/weibo network/x",
	"golang.org/x/image":           "media",
	"golang.org/x/time":            "shopapi",
	"github.com/getkin/":           "",
	"github.com/sashabaranov/":     "reply",
	"github.com/urfave/cli":        "",
	"github.com/schollz/":          "",
	"github.com/coder/websocket":   "network/mastodon network/bluesky sandbox",
	"github.com/agnivade/":         "suggest",
	"github.com/gofrs/flock":       "store network/bluesky/localnet",
	"github.com/fsnotify/fsnotify": "revision",
	"testing":                      "outbox/outboxtest network/networktest network/bluesky/localnet network/x/xfake network/weibo/weibofake",
	"net/http": "network network/networktest network/mastodon network/bluesky network/x network/x/xfake " +
		"network/weibo network/weibo/weibofake network/bluesky/localnet sandbox health site accounts listen care checkup bot shopapi",
	"database/sql": "store audit need meter lease moves pause queue revision vault people coupon inbox outbox orders apikey shopapi explain publish site " +
		"accounts compose agenda listen reply restore care acts bot report",
	"pgregory.net/rapid":            "",
	"github.com/google/go-cmp":      "",
	"github.com/stretchr/testify":   "",
	"github.com/rogpeppe/go-intern": "",
}

// imports are those of every package, tests left out.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	c := exec.CommandContext(t.Context(), "go", "list", "-tags", "crashtest", "-f", `{{.ImportPath}}:{{join .Imports " "}}`,
		"magpie/internal/...")
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		name, list, _ := strings.Cut(strings.TrimSpace(line), ":")
		name = strings.TrimPrefix(name, "magpie/internal/")
		if name != "magpie/internal" && !strings.HasPrefix(name+"/", "whole/") { // there are tests alone
			all[name] = strings.Fields(list)
		}
	}
	return all
}

func TestLayers(t *testing.T) {
	all := imports(t)
	for name, list := range all {
		allowed, known := layers[name]
		if !known {
			t.Errorf("the package %s is in no table: say in layers_test.go, and in docs, what it may import", name)
		}
		for _, i := range list {
			if ours, ok := strings.CutPrefix(i, "magpie/"); ok && !slices.Contains(strings.Fields(allowed), strings.TrimPrefix(ours, "internal/")) {
				t.Errorf("%s imports %s: the table forbids it", name, ours)
			}
			for path, who := range only {
				if name != "bench" && !strings.HasPrefix(name, "torture") && name != "store/storetest" &&
					(i == path || strings.HasPrefix(i, path) && strings.Contains(path, "/")) && !slices.Contains(strings.Fields(who), name) {
					t.Errorf("%s imports %s: only %q may", name, i, who)
				}
			}
		}
	}
	for name := range layers {
		if all[name] == nil && name != "sandbox/mastotest" && name != "docs" && name != "bench" {
			t.Errorf("the table has %s, and there is no such package", name)
		}
	}
}

// TestLowestFirst: the table has no circle, so there is a lowest package.
func TestLowestFirst(t *testing.T) {
	var visit func(name string, path []string)
	visit = func(name string, path []string) {
		if slices.Contains(path, name) {
			t.Fatalf("a circle: %v", append(path, name))
		}
		for _, next := range strings.Fields(layers[name]) {
			if _, known := layers[next]; !known {
				t.Errorf("%s may import %s, which is no package", name, next)
			}
			visit(next, append(slices.Clone(path), name))
		}
	}
	for name := range layers {
		visit(name, nil)
	}
}

// TestNoTestingInTheProgram: what only tests need is no part of the program. (River links the
// package testing by itself.)
func TestNoTestingInTheProgram(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", `{{.ImportPath}} {{join .Imports " "}}`,
		"magpie/cmd/magpie").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		all := strings.Fields(line)
		if strings.HasPrefix(all[0], "magpie/") && slices.ContainsFunc(all[1:],
			func(i string) bool { return i == "testing" || strings.HasPrefix(i, "testing/") }) {
			t.Errorf("%s is part of the program, and imports testing", all[0])
		}
	}
}
