package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/internal/bot"
	"magpie/internal/sandbox"
	"magpie/internal/workspace"
)

func sandboxCommand() *cli.Command {
	return &cli.Command{
		Name: "sandbox", Usage: "run a Mastodon-API server on this machine, with followers that react",
		Description: "Every account of the workspace is on it, with the access token sandbox-NAME. Its page shows the timelines.\nAny " +
			"Mastodon client can use it. It forgets everything when it ends.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "address", Aliases: []string{"addr"}, Value: "127.0.0.1:8087", Usage: "`HOST:PORT`, on this machine only"},
			&cli.StringSliceFlag{Name: "account", Usage: "an account `NAME` to play, instead of the workspace's; may be given several times"},
			&cli.IntFlag{Name: "followers", Value: 40, Usage: "how many people follow each account"},
			&cli.Int64Flag{Name: "seed", Value: 1, Usage: "the same seed gives the same people and the same texts"},
			&cli.DurationFlag{Name: "tempo", Value: 2 * time.Second, Usage: "average time between two actions of the people"},
			&cli.BoolFlag{Name: "quiet", Usage: "people follow, but say nothing by themselves"},
			&cli.StringFlag{Name: "idempotency", Usage: "what the server does with a repeated key: honour, ignore or replay500"},
			&cli.StringFlag{Name: "streaming", Usage: "all, ws or none"},
			&cli.IntFlag{Name: "bad-token", Usage: "`STATUS` for a bad token (default 401)"},
			&cli.IntFlag{Name: "unknown-reply", Usage: "`STATUS` for a reply to a post that does not exist (default 404; 200 accepts it)"},
			&cli.IntFlag{Name: "empty-text", Usage: "`STATUS` for an empty text (default 422; 200 accepts it)"},
			&cli.BoolFlag{Name: "no-rate-headers", Usage: "no X-RateLimit headers"},
			&cli.BoolFlag{Name: "no-conversations", Usage: "no conversations"},
			&cli.BoolFlag{Name: "ulids", Usage: "ids are ULIDs instead of digits"},
			&cli.BoolFlag{Name: "locked", Usage: "new followers have to be approved"},
			&cli.IntFlag{Name: "max-characters", Usage: "of a post (default 500)"},
			&cli.IntFlag{Name: "posts-per-3h", Usage: "rate limit of posts (default none)"},
			&cli.IntFlag{Name: "requests-per-5m", Usage: "rate limit of requests (default none)"},
			&cli.StringSliceFlag{Name: "fault", Usage: "a `FAULT` when posting: drop-after-store, drop-before-store, 500-after-store, html, " +
				"rubbish, 429, 503; each affects one post"},
		},
		Action: runSandbox,
		Subcommands: []*cli.Command{{
			Name: "say", Usage: "write to an account of a sandbox that runs, as one of its people", ArgsUsage: "TEXT",
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "address", Aliases: []string{"at"}, Value: "http://127.0.0.1:8087",
					Usage: "the `ADDRESS` that the sandbox named when it started"},
				&cli.StringFlag{Name: "person", Value: "you", Usage: "who writes: any `NAME`, also name@server.example"},
				&cli.StringFlag{Name: "to", Usage: "the `ACCOUNT` that is written to"},
				&cli.BoolFlag{Name: "private", Usage: "so that only the account reads it"},
				&cli.BoolFlag{Name: "follow", Usage: "follow the account first"}}, Action: sandboxSay,
		}},
	}
}

func runSandbox(c *cli.Context) error {
	if err := console.NoMore(c, 0); err != nil {
		return err
	}
	o, err := sandboxOptions(c)
	if err != nil {
		return err
	}
	s, err := sandbox.Start(o)
	if err != nil {
		return console.Usage("--address %s: %v", o.Addr, err)
	}
	defer s.Close()
	for _, name := range c.StringSlice("fault") {
		f, ok := faults[name]
		if !ok {
			return console.Usage("--fault %s: write one of %s", name, strings.Join(console.SortedKeys(faults), ", "))
		}
		s.Fail(sandbox.Fault{Method: "POST", PathPrefix: "/api/v1/statuses", What: f})
	}
	fmt.Fprintf(c.App.Writer, "The sandbox is at %s with %s. Ctrl-C ends it.\nIn another terminal: magpie run --sandbox-url %s\n", s.URL(),
		console.Plural(len(o.Accounts), "account"), s.URL())
	<-c.Done()
	return nil
}

var faults = map[string]sandbox.Effect{
	"drop-after-store": sandbox.DropAfterStore(), "drop-before-store": sandbox.DropBeforeStore(),
	"500-after-store": sandbox.Status500AfterStore(),
	"html":            sandbox.HTMLBody(), "rubbish": sandbox.RubbishBody(), "429": sandbox.Answer(429, `{"error":"Too many requests"}`, nil),
	"503": sandbox.Answer(503, `{"error":"There was a temporary problem serving your request, please try again"}`, nil),
}

func sandboxOptions(c *cli.Context) (o sandbox.Options, err error) {
	o = sandbox.Options{Addr: c.String("address"), Followers: c.Int("followers"), Seed: c.Int64("seed"), Tempo: c.Duration("tempo"),
		Quiet: c.Bool("quiet"),
		Variant: sandbox.Variant{BadToken: c.Int("bad-token"), UnknownReply: c.Int("unknown-reply"), EmptyText: c.Int("empty-text"),
			NoRateHeaders:   c.Bool("no-rate-headers"),
			NoConversations: c.Bool("no-conversations"), ULIDs: c.Bool("ulids"), Locked: c.Bool("locked"), MaxCharacters: c.Int("max-characters"),
			PostsPer3Hours: c.Int("posts-per-3h"), RequestsPer5Minutes: c.Int("requests-per-5m")}}
	var ok bool
	if o.Variant.Idempotency, ok = map[string]string{"": sandbox.KeysHonoured, "honour": sandbox.KeysHonoured,
		"ignore": sandbox.KeysIgnored, "replay500": sandbox.KeysReplay500}[c.String("idempotency")]; !ok {
		return o, console.Usage("--idempotency %s: write honour, ignore or replay500", c.String("idempotency"))
	}
	if o.Variant.Streaming, ok = map[string]string{"": sandbox.StreamAll, "all": sandbox.StreamAll, "ws": sandbox.StreamSocket,
		"none": sandbox.StreamNone}[c.String("streaming")]; !ok {
		return o, console.Usage("--streaming %s: write all, ws or none", c.String("streaming"))
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	for _, name := range c.StringSlice("account") {
		o.Accounts = append(o.Accounts, sandbox.Account{Name: name, Display: name, Unmarked: true})
	}
	if len(o.Accounts) == 0 {
		set, err := workspace.Load(c.String("dir"), bot.Kinds())
		if err != nil {
			return o, console.Explain(c, err)
		}
		o.Accounts, o.Phrases = sandboxAccounts(set), phrasesOf(set)
	}
	return o, nil
}

func completionCommand() *cli.Command {
	return &cli.Command{
		Name: "completion", Usage: "print a script that completes commands in the shell", ArgsUsage: "bash|zsh",
		Description: "bash: magpie completion bash > /etc/bash_completion.d/magpie",
		Action: func(c *cli.Context) error {
			switch c.Args().First() {
			case "bash":
				fmt.Fprint(c.App.Writer, bashCompletion)
			case "zsh":
				fmt.Fprint(c.App.Writer, "autoload -U compinit bashcompinit && compinit && bashcompinit\n"+bashCompletion)
			default:
				return console.Usage("choose a shell: magpie completion bash or zsh")
			}
			return nil
		},
	}
}

const bashCompletion = `_magpie() {
  local words=("${COMP_WORDS[@]:0:$COMP_CWORD}")
  local found
  found=$("${words[@]}" --generate-bash-completion 2>/dev/null | cut -d: -f1)
  COMPREPLY=($(compgen -W "$found" -- "${COMP_WORDS[$COMP_CWORD]}"))
}
complete -F _magpie magpie
`

// executable is this program, for hints that can be typed as they stand.
func executable() string {
	if path, err := os.Executable(); err == nil && !strings.Contains(path, "go-build") {
		return path
	}
	return "magpie"
}
