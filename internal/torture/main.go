package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// request is what the command line asks for.
type request struct {
	kills    int
	seed     uint64
	database string
	network  string
	workers  int
	lives    int
	fault    string
	magpie   string
	variant  string
	point    string
	keep     bool
}

func main() {
	time.Local = time.UTC
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := command(ctx, os.Args[1:], os.Stdout)
	stop()
	os.Exit(code)
}

// command is the program: it returns the exit code.
func command(ctx context.Context, args []string, out io.Writer) int {
	o, err := parse(args)
	if err != nil {
		return 2 // the flag package has said why
	}
	t, err := torture(ctx, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "torture:", err)
		return 1
	}
	fmt.Fprintln(out, t)
	if t.bad() {
		return 1
	}
	return 0
}

func parse(args []string) (o request, err error) {
	f := flag.NewFlagSet("torture", flag.ContinueOnError)
	f.IntVar(&o.kills, "kills", 1000, "how often the program is killed")
	f.Uint64Var(&o.seed, "seed", 0, "of points, times, faults and texts; 0: another one each time")
	f.StringVar(&o.database, "database", "sqlite", "sqlite or postgres")
	f.StringVar(&o.network, "network", "sandbox", "sandbox, bluesky or both")
	f.IntVar(&o.workers, "workers", 8, "worlds at the same time")
	f.IntVar(&o.lives, "lives", 45, "how often the program lives in a world")
	f.StringVar(&o.fault, "fault", "", "a deliberate mistake of the program, to see that it is found: “resend without looking”")
	f.StringVar(&o.magpie, "magpie", "", "a binary built with -tags crashtest; empty: it is built")
	f.StringVar(&o.variant, "variant", "", "only servers of this kind: honour, ignore, replay500, rewrites, …, mixture, x, weibo, bluesky")
	f.StringVar(&o.point, "point", "", "only this point, besides random times")
	f.BoolVar(&o.keep, "keep", false, "keep the folders of all worlds, not only of bad ones")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if o.seed == 0 {
		o.seed = uint64(time.Now().UnixNano())
	}
	return o, o.check()
}

func (o request) check() error {
	for what, ok := range map[string]bool{
		"-database is sqlite or postgres":         o.database == "sqlite" || o.database == "postgres",
		"-network is sandbox, bluesky or both":    o.network == "sandbox" || o.network == "bluesky" || o.network == "both",
		"-kills, -workers and -lives are above 0": o.kills > 0 && o.workers > 0 && o.lives > 0,
	} {
		if !ok {
			fmt.Fprintln(os.Stderr, "torture:", what)
			return fmt.Errorf("%s", what)
		}
	}
	return nil
}
