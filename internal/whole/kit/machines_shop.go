package kit

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

// Abroad is a shop's database on Postgres.
type Abroad struct {
	Address string
	DB      *sql.DB
}

// Move puts a shop's database there.
func (s *Shop) Move(address string) {
	s.Abroad = &Abroad{Address: address, DB: storetest.Raw(s.T, address)}
	s.DB.SetMaxOpenConns(2)
	s.Env = append(s.Env, "MAGPIE_DATABASE="+address)
}

// Four are the accounts that machines share.
var Four = []string{"shop", "club", "east", "west"}

// OpenShared makes a shop on Postgres whose machines take over within seconds.
func OpenShared(t *testing.T, v sandbox.Variant) *Shop {
	t.Helper()
	return OpenAt(t, Schema(t), v)
}

func OpenAt(t *testing.T, address string, v sandbox.Variant) *Shop {
	t.Helper()
	s := Open(t, v, Four...)
	s.Move(address)
	s.Write("magpie.yaml", "settle: 1s\nlease: 2s\n")
	s.Write("campaigns/service.yaml", Service(strings.Join(Four, ", ")))
	s.Write("campaigns/gift.yaml", Gift(strings.Join(Four, ", ")))
	s.Must("apply") // it makes the key that every machine needs
	return s
}

// Machine is a magpie on a machine of its own: it has a copy of the files, and
// lines of its own to the network and, where the test wants it, to the database.
type Machine struct {
	*Process
	*gate
	*Shop // with its folder
}

// Machine starts one, with more arguments.
func (s *Shop) Machine(args ...string) *Machine {
	s.T.Helper()
	own := *s
	own.Dir = s.T.TempDir()
	if err := os.CopyFS(own.Dir, os.DirFS(s.Dir)); err != nil {
		s.T.Fatal(err)
	}
	m := &Machine{gate: s.Gate(), Shop: &own}
	m.Again(args...)
	s.T.Cleanup(func() {
		if lines := strings.Split(m.Log.String(), "\n"); s.T.Failed() {
			s.T.Logf("the machine said at last:\n%s", strings.Join(lines[max(0, len(lines)-20):], "\n"))
		}
	})
	return m
}

// Again starts the program on a machine anew.
func (m *Machine) Again(args ...string) {
	m.t().Helper()
	m.Process = m.Command(nil, append([]string{"run", "--listen", "127.0.0.1:0", "--sandbox-url", m.URL}, args...)...)
}

func (m *Machine) t() *testing.T { return m.Shop.T }

// Holds are the accounts whose leases a machine has.
func (s *Shop) Holds(m *Machine) (names []string) {
	s.T.Helper()
	for _, r := range s.Read(`SELECT account FROM leases WHERE owner LIKE $1 AND expires_at >= extract(epoch
		FROM clock_timestamp()) * 1000 ORDER BY account`,
		fmt.Sprint(m.Cmd.Process.Pid, "-%")) {
		names = append(names, r["account"])
	}
	return names
}

// Holding are the accounts that a machine has, as soon as it has any: on a slow
// day a lease may run out, and be taken again.
func (s *Shop) Holding(m *Machine) (names []string) {
	s.T.Helper()
	s.Until("the machine holds something", func() bool { names = s.Holds(m); return len(names) > 0 })
	return names
}

// Pair starts two machines and waits until each has its half.
func (s *Shop) Pair() (a, b *Machine) {
	s.T.Helper()
	a = s.Machine()
	s.Until("the first holds all", func() bool { return len(s.Holds(a)) == len(Four) })
	b = s.Machine()
	s.Shared(a, b)
	return a, b
}

// Shared waits until each of two machines has its half.
func (s *Shop) Shared(a, b *Machine) {
	s.T.Helper()
	s.Until("each has its half", func() bool { return len(s.Holds(a)) == 2 && len(s.Holds(b)) == 2 })
}

// Programme makes n posts due on each account, a second apart, and puts the
// files in force.
func (s *Shop) Programme(from time.Duration, n int, accounts ...string) (steps []string) {
	s.T.Helper()
	text := "title: Programme\nsteps:\n"
	for _, a := range accounts {
		for i := range n {
			step := fmt.Sprintf("%s-%d", a, i)
			text += fmt.Sprintf("  %s: {accounts: [%s], at: %s, say: %s}\n", step, a, At(from+time.Duration(i)*time.Second), step)
			s.Write("templates/"+step+".en.tmpl", Phrase(step))
			steps = append(steps, step)
		}
	}
	s.Write("campaigns/programme.yaml", text)
	s.Must("apply")
	return steps
}

// Phrase is a text that resembles no other.
func Phrase(seed string) string {
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(seed)))
	return fmt.Sprintf("Of %s, %s and %s only %s is left.", sum[:8], sum[8:16], sum[16:24], sum[24:32])
}

// Ask lets somebody ask each account for its hours, and adds what is to be
// answered.
func (e *Expected) Ask(s *Shop, accounts ...string) {
	for _, a := range accounts {
		e.Answered = append(e.Answered, s.Hears(fmt.Sprintf("guest%d", len(e.Answered)), "what are your hours?", a))
	}
}

// Lateness is how late each post came that had a time, the latest last.
// Posts about which a person was asked do not count: that is as fast as the person.
func (s *Shop) Lateness(accounts ...string) (all []time.Duration) {
	s.T.Helper()
	slots := map[string]time.Time{}
	for _, r := range s.Read(`SELECT remote_id, account, slot_at FROM posts p WHERE kind = 'public' AND state = 'sent'
		AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.subject = 'post ' || p.id AND a.what = 'post asked')`) {
		ms, _ := strconv.ParseInt(r["slot_at"], 10, 64)
		slots[r["account"]+r["remote_id"]] = time.UnixMilli(ms)
	}
	for _, x := range s.Timeline(accounts...) {
		if slot, ok := slots[x.Account+x.ID]; ok {
			all = append(all, x.CreatedAt.Sub(slot))
		}
	}
	slices.Sort(all)
	return all
}

var addressRule = regexp.MustCompile(`address="?(http://[0-9.:]+)`)

// Probes is where a process answers probes.
func (p *Process) Probes() string {
	p.t.Helper()
	var m []string
	if !Within(Patience, func() bool { m = addressRule.FindStringSubmatch(p.Log.String()); return m != nil }) {
		p.t.Fatalf("it answers no probes:\n%s", &p.Log)
	}
	return m[1]
}

// Remove takes a file out of the workspace.
func (s *Shop) Remove(name string) {
	s.T.Helper()
	if err := os.Remove(filepath.Join(s.Dir, name)); err != nil {
		s.T.Fatal(err)
	}
}
