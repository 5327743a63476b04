package whole_test

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
	"magpie/internal/store/storetest"
)

// abroad is a shop's database on Postgres.
type abroad struct {
	address string
	db      *sql.DB
}

// move puts a shop's database there.
func (s *shop) move(address string) {
	s.abroad = &abroad{address, storetest.Raw(s.t, address)}
	s.db.SetMaxOpenConns(2)
	s.env = append(s.env, "MAGPIE_DATABASE="+address)
}

// four are the accounts that machines share.
var four = []string{"shop", "club", "east", "west"}

// openShared makes a shop on Postgres whose machines take over within seconds.
func openShared(t *testing.T, v sandbox.Variant) *shop {
	t.Helper()
	return openAt(t, schema(t), v)
}

func openAt(t *testing.T, address string, v sandbox.Variant) *shop {
	t.Helper()
	s := open(t, v, four...)
	s.move(address)
	s.write("magpie.yaml", "settle: 1s\nlease: 2s\n")
	s.write("campaigns/service.yaml", service(strings.Join(four, ", ")))
	s.write("campaigns/gift.yaml", gift(strings.Join(four, ", ")))
	s.must("apply") // it makes the key that every machine needs
	return s
}

// machine is a magpie on a machine of its own: it has a copy of the files, and
// lines of its own to the network and, where the test wants it, to the database.
type machine struct {
	*process
	*gate
	*shop // with its folder
}

// machine starts one, with more arguments.
func (s *shop) machine(args ...string) *machine {
	s.t.Helper()
	own := *s
	own.dir = s.t.TempDir()
	if err := os.CopyFS(own.dir, os.DirFS(s.dir)); err != nil {
		s.t.Fatal(err)
	}
	m := &machine{gate: s.gate(), shop: &own}
	m.again(args...)
	s.t.Cleanup(func() {
		if lines := strings.Split(m.log.String(), "\n"); s.t.Failed() {
			s.t.Logf("the machine said at last:\n%s", strings.Join(lines[max(0, len(lines)-20):], "\n"))
		}
	})
	return m
}

// again starts the program on a machine anew.
func (m *machine) again(args ...string) {
	m.t().Helper()
	m.process = m.command(nil, append([]string{"run", "--listen", "127.0.0.1:0", "--sandbox-url", m.URL}, args...)...)
}

func (m *machine) t() *testing.T { return m.shop.t }

// holds are the accounts whose leases a machine has.
func (s *shop) holds(m *machine) (names []string) {
	s.t.Helper()
	for _, r := range s.read(`SELECT account FROM leases WHERE owner LIKE $1 AND expires_at >= extract(epoch
		FROM clock_timestamp()) * 1000 ORDER BY account`,
		fmt.Sprint(m.cmd.Process.Pid, "-%")) {
		names = append(names, r["account"])
	}
	return names
}

// holding are the accounts that a machine has, as soon as it has any: on a slow
// day a lease may run out, and be taken again.
func (s *shop) holding(m *machine) (names []string) {
	s.t.Helper()
	s.until("the machine holds something", func() bool { names = s.holds(m); return len(names) > 0 })
	return names
}

// pair starts two machines and waits until each has its half.
func (s *shop) pair() (a, b *machine) {
	s.t.Helper()
	a = s.machine()
	s.until("the first holds all", func() bool { return len(s.holds(a)) == len(four) })
	b = s.machine()
	s.shared(a, b)
	return a, b
}

// shared waits until each of two machines has its half.
func (s *shop) shared(a, b *machine) {
	s.t.Helper()
	s.until("each has its half", func() bool { return len(s.holds(a)) == 2 && len(s.holds(b)) == 2 })
}

// programme makes n posts due on each account, a second apart, and puts the
// files in force.
func (s *shop) programme(from time.Duration, n int, accounts ...string) (steps []string) {
	s.t.Helper()
	text := "title: Programme\nsteps:\n"
	for _, a := range accounts {
		for i := range n {
			step := fmt.Sprintf("%s-%d", a, i)
			text += fmt.Sprintf("  %s: {accounts: [%s], at: %s, say: %s}\n", step, a, at(from+time.Duration(i)*time.Second), step)
			s.write("templates/"+step+".en.tmpl", phrase(step))
			steps = append(steps, step)
		}
	}
	s.write("campaigns/programme.yaml", text)
	s.must("apply")
	return steps
}

// phrase is a text that resembles no other.
func phrase(seed string) string {
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(seed)))
	return fmt.Sprintf("Of %s, %s and %s only %s is left.", sum[:8], sum[8:16], sum[16:24], sum[24:32])
}

// ask lets somebody ask each account for its hours, and adds what is to be
// answered.
func (e *expected) ask(s *shop, accounts ...string) {
	for _, a := range accounts {
		e.answered = append(e.answered, s.hears(fmt.Sprintf("guest%d", len(e.answered)), "what are your hours?", a))
	}
}

// lateness is how late each post came that had a time, the latest last.
// Posts about which a person was asked do not count: that is as fast as the person.
func (s *shop) lateness(accounts ...string) (all []time.Duration) {
	s.t.Helper()
	slots := map[string]time.Time{}
	for _, r := range s.read(`SELECT remote_id, account, slot_at FROM posts p WHERE kind = 'public' AND state = 'sent'
		AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.subject = 'post ' || p.id AND a.what = 'post asked')`) {
		ms, _ := strconv.ParseInt(r["slot_at"], 10, 64)
		slots[r["account"]+r["remote_id"]] = time.UnixMilli(ms)
	}
	for _, x := range s.timeline(accounts...) {
		if slot, ok := slots[x.Account+x.ID]; ok {
			all = append(all, x.CreatedAt.Sub(slot))
		}
	}
	slices.Sort(all)
	return all
}

var addressRule = regexp.MustCompile(`address="?(http://[0-9.:]+)`)

// probes is where a process answers probes.
func (p *process) probes() string {
	p.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if m := addressRule.FindStringSubmatch(p.log.String()); m != nil {
			return m[1]
		}
	}
	p.t.Fatalf("it answers no probes:\n%s", &p.log)
	return ""
}

// remove takes a file out of the workspace.
func (s *shop) remove(name string) {
	s.t.Helper()
	if err := os.Remove(filepath.Join(s.dir, name)); err != nil {
		s.t.Fatal(err)
	}
}
