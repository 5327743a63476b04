// Command bench measures Magpie against a floor in the same run and prints
// both sides. Run it with “make bench”; see docs/performance.md for the
// budgets.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
	"slices"
	"strings"
	"time"
)

// section is one measurement.
type section struct {
	name string
	run  func(ctx context.Context, dir string) error
}

func main() {
	if !measured() {
		os.Exit(1)
	}
}

// year is how many posts a busy brand has sent in one.
var year = flag.Int("year", 10_000_000, "how many posts the year's database has")

// measured runs what the flags ask for, and tells whether nothing failed.
func measured() bool {
	only := flag.String("only", "", "only sections whose name has this")
	onlyOn := flag.String("on", "", "only this database: SQLite or Postgres")
	profile := flag.String("cpuprofile", "", "write a profile to this file")
	flag.Parse()
	on = slices.DeleteFunc(slices.Clone(databases), func(d database) bool { return *onlyOn != "" && d.name != *onlyOn })
	if *profile != "" {
		f, err := os.Create(*profile)
		if err == nil {
			err = pprof.StartCPUProfile(f)
		}
		if err != nil {
			fmt.Println(err)
			return false
		}
		defer pprof.StopCPUProfile()
	}
	time.Local = time.UTC
	ctx := context.Background()
	failed := false
	for _, s := range []section{
		{"posts through the outbox", posts}, {"verdicts in the outbox", refused}, {"two machines", twoMachines}, {"publish jitter", jitter},
		{"mention to reply", replies},
		{"check of 1,000 campaigns", check}, {"idle with 100 accounts", idle}, {"1.5 million customers", customers},
		{"a mailing to 1.5 million people", expand}, {"a shop at work", shop}, {"a year's database", yearly},
	} {
		if !strings.Contains(s.name, *only) {
			continue
		}
		fmt.Printf("\n%s\n", s.name)
		dir, err := os.MkdirTemp("", "magpie-bench-")
		if err == nil {
			err = s.run(ctx, dir)
			os.RemoveAll(dir)
		}
		if err != nil {
			failed = true
			fmt.Println("  failed:", err)
		}
	}
	return !failed
}

// line prints a figure beside its floor.
func line(what, ours, floor, ratio, budget string) {
	fmt.Printf("  %-34s ours %-14s floor %-14s ratio %-8s budget %s\n", what, ours, floor, ratio, budget)
}

// percentile of sorted durations.
func percentile(all []time.Duration, p int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[min(len(all)*p/100, len(all)-1)]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
