package main

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"magpie/internal/bot"
	"magpie/internal/people"
	"magpie/internal/sandbox"
	"magpie/internal/workspace"
)

// check loads a workspace of 1,000 campaigns.
func check(_ context.Context, dir string) error {
	files := map[string]string{"accounts/brand.yaml": accountFile, "schedules/mornings.yaml": "cron: \"0 9 * * *\"\n"}
	for i := range 1000 {
		files[fmt.Sprintf("campaigns/c%d.yaml", i)] = fmt.Sprintf("title: Campaign %d\nsteps:\n  tip:\n    accounts: [brand]\n    "+
			"schedule: mornings\n    say: t%d\n  ask:\n    accounts: [brand]\n    mention: {says: [word%d]}\n    say: t%d\n", i, i, i, i)
		files[fmt.Sprintf("templates/t%d.en.tmpl", i)] = fmt.Sprintf("Tip number %d is about thing %d and how to mend "+
			"part %d of it. https://shop.example/%d\n", i, i*7, i*13, i)
	}
	if err := write(dir, files); err != nil {
		return err
	}
	began := time.Now()
	if _, err := workspace.Load(dir, bot.Kinds()); err != nil {
		return err
	}
	fmt.Printf("  loaded and checked in              %s  (budget ≤ 1 s)\n", ms(time.Since(began)))
	return nil
}

// idle is what the program costs while nothing happens.
func idle(ctx context.Context, dir string) error {
	files := map[string]string{"campaigns/everyday.yaml": "title: Useful\nsteps:\n  tip:\n    accounts: [b0]\n    schedule: " +
		"mornings\n    say: tip\n",
		"schedules/mornings.yaml": "cron: \"0 9 * * *\"\n", "templates/tip.en.tmpl": "A tip.\n"}
	var accounts []sandbox.Account
	for i := range 100 {
		files[fmt.Sprintf("accounts/b%d.yaml", i)] = strings.Replace(accountFile, "BENCH_TOKEN", fmt.Sprint("BENCH_TOKEN_", i), 1)
		accounts = append(accounts, sandbox.Account{Name: fmt.Sprintf("b%d", i)})
	}
	if err := write(dir, files); err != nil {
		return err
	}
	s, err := sandbox.Start(sandbox.Options{Accounts: accounts, Quiet: true})
	if err != nil {
		return err
	}
	defer s.Close()
	binary := filepath.Join(dir, "magpie")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/magpie").CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	cmd := exec.CommandContext(ctx, binary, "-C", dir, "--log", "error", "run", "--sandbox-url", s.URL())
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() { _ = cmd.Process.Signal(os.Interrupt); _ = cmd.Wait() }()
	time.Sleep(10 * time.Second) // signing in, first polls
	before, err := cpu(cmd.Process.Pid)
	if err != nil {
		return err
	}
	const watched = 30 * time.Second
	time.Sleep(watched)
	after, err := cpu(cmd.Process.Pid)
	if err != nil {
		return err
	}
	rss, err := memory(cmd.Process.Pid)
	fmt.Printf("  memory %d MB (budget ≤ 60), CPU %.2f %% of a core (budget ≤ 1 %%)\n", rss>>20,
		100*(after-before).Seconds()/watched.Seconds())
	return err
}

// cpu is the time a process has used; the kernel counts in hundredths.
func cpu(pid int) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond, nil
}

func memory(pid int) (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, err
	}
	pages, err := strconv.ParseInt(strings.Fields(string(b))[1], 10, 64)
	return pages * int64(os.Getpagesize()), err
}

const million = 1_500_000

// customers compares the import of 1.5 million customers and three counts
// with bare SQL on the same tables and rows.
func customers(ctx context.Context, dir string) error {
	path := filepath.Join(dir, "customers.csv")
	if err := list(path); err != nil {
		return err
	}
	bareImport, bareCounts, err := bareSQL(ctx, filepath.Join(dir, "bare"), path)
	if err != nil {
		return err
	}
	b, err := open(ctx, filepath.Join(dir, "ours"), "", "", 8, 1)
	if err != nil {
		return err
	}
	defer b.Close()
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	runtime.GC()
	began := time.Now()
	if _, err := b.Book.Import(ctx, f, time.Now(), nil, nil); err != nil {
		return err
	}
	took := time.Since(began)
	line("import", took.Round(10*time.Millisecond).String(), bareImport.Round(10*time.Millisecond).String(),
		fmt.Sprintf("%.2f", took.Seconds()/bareImport.Seconds()), "≤ 2")
	for i, name := range []string{"regulars", "leaders", "locals"} {
		began := time.Now()
		n, err := people.Count(ctx, b.DB.Read, b.Set().Segments[name], "brand", time.Now())
		if err != nil {
			return err
		}
		took := time.Since(began)
		line(fmt.Sprintf("count %s (%d)", name, n), ms(took), ms(bareCounts[i]),
			fmt.Sprintf("%.2f", took.Seconds()/bareCounts[i].Seconds()), "≤ 2")
	}
	rss, err := memory(os.Getpid())
	fmt.Printf("  memory of the whole bench afterwards %d MB\n", rss>>20)
	return err
}

// list writes the customer list.
func list(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "mastodon,name,language,city,orders,spent,last_order,tags")
	cities := []string{"Chicago", "Boston", "上海", "Berlin", "Lyon"}
	for i := range million {
		tag := ""
		if i%50 == 0 {
			tag = "press"
		}
		fmt.Fprintf(w, "person%d@social%d.example,Person %d,%s,%s,%d,%d.50,2026-%02d-%02d,%s\n", i, i%300, i, []string{"en", "zh"}[i%2],
			cities[i%5], i%7, i%900, 1+i%11, 1+i%28, tag)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// bareSQL puts the same rows into the same tables with prepared statements in
// one transaction, and counts with hand-written queries.
func bareSQL(ctx context.Context, dir, path string) (load time.Duration, counts []time.Duration, err error) {
	b, err := open(ctx, dir, "", "", 8, 1) // for the same tables
	if err != nil {
		return 0, nil, err
	}
	defer b.Close()
	f, err := os.Open(path)
	if err != nil {
		return 0, nil, err
	}
	defer f.Close()
	in := bufio.NewReader(f)
	_, _ = in.ReadString('\n')
	began := time.Now()
	err = b.DB.Write(ctx, func(tx *sql.Tx) error { return bareRows(ctx, tx, in) })
	if err != nil {
		return 0, nil, err
	}
	load = time.Since(began)
	since := time.Now().AddDate(0, 0, -180).UnixMilli()
	for _, q := range []string{
		fmt.Sprintf(`SELECT count(*) FROM persons WHERE orders >= 2 AND last_order > %d`, since),
		`SELECT count(*) FROM persons p WHERE followers_count > 10000 OR EXISTS (SELECT 1 FROM person_tags t WHERE t.person = p.id
			AND t.tag = 'press')`,
		`SELECT count(*) FROM persons WHERE city = 'Chicago' AND language = 'en'`,
	} {
		began, n := time.Now(), 0
		if err := b.DB.Read.QueryRowContext(ctx, q).Scan(&n); err != nil {
			return 0, nil, err
		}
		counts = append(counts, time.Since(began))
	}
	return load, counts, nil
}

func bareRows(ctx context.Context, tx *sql.Tx, in *bufio.Reader) error {
	person, err := tx.PrepareContext(ctx, `INSERT INTO persons (id, name, language, city, orders, spent, last_order, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 1)`)
	if err != nil {
		return err
	}
	defer person.Close()
	handle, err := tx.PrepareContext(ctx, `INSERT INTO handles (network, handle, person) VALUES ('mastodon', $1, $2)`)
	if err != nil {
		return err
	}
	defer handle.Close()
	tag, err := tx.PrepareContext(ctx, `INSERT INTO person_tags (person, tag) VALUES ($1, $2)`)
	if err != nil {
		return err
	}
	defer tag.Close()
	for i := 1; ; i++ {
		row, err := in.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		c := strings.Split(strings.TrimSuffix(row, "\n"), ",")
		day, err := time.Parse(time.DateOnly, c[6])
		if err != nil {
			return err
		}
		if _, err := person.ExecContext(ctx, i, c[1], c[2], c[3], c[4], c[5], day.UnixMilli()); err != nil {
			return err
		}
		if _, err := handle.ExecContext(ctx, c[0], i); err != nil {
			return err
		}
		if c[7] != "" {
			if _, err := tag.ExecContext(ctx, i, c[7]); err != nil {
				return err
			}
		}
	}
}
