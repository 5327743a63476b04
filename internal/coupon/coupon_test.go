package coupon

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestToldAgain(t *testing.T) {
	db := open(t)
	o := Offer{Name: "bf", Made: true, PerPerson: 1}
	a, err := reserve(db, o, 1, "p1", noon)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if b, err := reserve(db, o, 1, fmt.Sprint("q", i), noon); err != nil || b != a {
			t.Errorf("told %s, then %s (%v)", a, b, err)
		}
	}
	if b, _ := reserve(db, o, 2, "r", noon); b == a {
		t.Error("two persons have one code")
	}
	// Three posts carry it: only when none of them went out is it free.
	for _, post := range []string{"p1", "q0", "q1"} {
		release(t, db, a, post)
		if s, p := state(t, db, a); s != "reserved" || p != 1 {
			t.Fatalf("after %s it is %s of %d", post, s, p)
		}
	}
	release(t, db, a, "q2")
	if s, p := state(t, db, a); s != "free" || p != 0 {
		t.Errorf("it is %s of %d", s, p)
	}
	release(t, db, a, "q2") // again: nothing
	release(t, db, "NO-SUCH", "q2")
}

// TestDeliveredStays: a code that is out is never free again, though another
// post that told it died.
func TestDeliveredStays(t *testing.T) {
	db := open(t)
	o := Offer{Name: "bf", Made: true}
	a, _ := reserve(db, o, 1, "p1", noon)
	_, _ = reserve(db, o, 1, "p2", noon)
	deliver(t, db, a)
	release(t, db, a, "p2")
	release(t, db, a, "p1")
	if s, p := state(t, db, a); s != "delivered" || p != 1 {
		t.Errorf("it is %s of %d", s, p)
	}
}

// TestStart: the first post that goes out sets the time; the next leaves it.
func TestStart(t *testing.T) {
	db := open(t)
	o := Offer{Name: "bf", Made: true}
	a, _ := reserve(db, o, 1, "p1", noon)
	if until, err := ValidUntil(t.Context(), db, a); err != nil || !until.IsZero() {
		t.Errorf("before it goes out: %v, %v", until, err)
	}
	begin(t, db, a, time.Time{})
	begin(t, db, a, noon.Add(72*time.Hour))
	begin(t, db, a, noon.Add(99*time.Hour))
	if until, err := ValidUntil(t.Context(), db, a); err != nil || !until.Equal(noon.Add(72*time.Hour)) {
		t.Errorf("got %v, %v", until, err)
	}
	if until, err := ValidUntil(t.Context(), db, "NO-SUCH"); err != nil || !until.IsZero() {
		t.Errorf("got %v, %v", until, err)
	}
	if startOf(t, db, a, 2, noon) || startOf(t, db, "NO-SUCH", 1, noon) {
		t.Error("it goes out to somebody whose code it is not")
	}
	release(t, db, a, "p1")
	if startOf(t, db, a, 1, noon) {
		t.Error("it goes out to somebody who has lost it")
	}
	b, _ := reserve(db, o, 2, "p2", noon)
	if until, _ := ValidUntil(t.Context(), db, b); b != a || !until.IsZero() {
		t.Errorf("the next person inherits %v", until)
	}
}

func TestNothingMoreForAPerson(t *testing.T) {
	db := open(t)
	o := Offer{Name: "bf", Made: true, PerPerson: 2}
	a, _ := reserve(db, o, 1, "p1", noon)
	b, _ := reserve(db, o, 1, "p2", noon)
	if c, err := reserve(db, o, 1, "p3", noon); a == b || c != b || err != nil {
		t.Fatalf("%s, %s, %s, %v", a, b, c, err)
	}
	begin(t, db, b, noon.Add(time.Hour))
	if _, err := reserve(db, o, 1, "p4", noon.Add(time.Hour)); err != nil {
		t.Errorf("in its last instant: %v", err)
	}
	if _, err := reserve(db, o, 1, "p4", noon.Add(time.Hour+1e6)); !errors.Is(err, ErrExpired) {
		t.Errorf("got %v", err)
	}
	deliver(t, db, b)
	if _, err := Redeem(t.Context(), db, b, Order{"o", 1, "USD"}, nil, "ann", noon); err != nil {
		t.Fatal(err)
	}
	if _, err := reserve(db, o, 1, "p5", noon); !errors.Is(err, ErrUsed) {
		t.Errorf("got %v", err)
	}
}

func TestRunsOut(t *testing.T) {
	for name, o := range map[string]Offer{"imported": {Name: "bf"}, "made": {Name: "bf", Made: true, Limit: 3}} {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			if !o.Made {
				load(t, db, "bf", 3)
				load(t, db, "other", 3)
			}
			codes := map[string]int64{}
			for p := range int64(3) {
				c, err := reserve(db, o, p+1, fmt.Sprint("p", p), noon)
				if err != nil || codes[c] != 0 {
					t.Fatalf("%d: %s, %v", p, c, err)
				}
				codes[c] = p + 1
			}
			for range 2 {
				if c, err := reserve(db, o, 9, "p9", noon); !errors.Is(err, ErrNone) || c != "" {
					t.Fatalf("%s, %v", c, err)
				}
			}
			if l := left(t, db, "bf"); l != (Left{Reserved: 3}) {
				t.Errorf("left %+v", l)
			}
			for c, p := range codes {
				release(t, db, c, fmt.Sprint("p", p-1))
				break
			}
			if _, err := reserve(db, o, 9, "p9", noon); err != nil {
				t.Errorf("one has come back: %v", err)
			}
		})
	}
}

// TestFormerInASet: who was erased and comes back has had their share, beside others who have not.
func TestFormerInASet(t *testing.T) {
	db := open(t)
	o := Offer{Name: "bf", Made: true, PerPerson: 1, Limit: 3}
	if _, err := reserve(db, o, 1, "old", noon); err != nil {
		t.Fatal(err)
	}
	all := []For{{Person: 2, Former: []int64{7}, Post: "p2"}, {Person: 3, Former: []int64{1}, Post: "p3"}, {Person: 1, Post: "p1"},
		{Person: 4, Post: "p4"}, {Person: 5, Post: "p5"}}
	var given []Given
	must(t, db, func(tx *sql.Tx) (err error) {
		given, err = ReserveAll(t.Context(), tx, o, all, noon)
		return err
	})
	for i, want := range []error{nil, ErrUsed, nil, nil, ErrNone} {
		if !errors.Is(given[i].Err, want) || (given[i].Code == "") != (want != nil) {
			t.Errorf("person %d: %+v, want %v", all[i].Person, given[i], want)
		}
	}
}

// TestFormerOfTwo: two people may have been the same before they were erased. What that one had counts once for each.
func TestFormerOfTwo(t *testing.T) {
	db := open(t)
	o := Offer{Name: "bf", Made: true, PerPerson: 2}
	if _, err := reserve(db, o, 9, "old", noon); err != nil {
		t.Fatal(err)
	}
	must(t, db, func(tx *sql.Tx) error {
		two := []For{{Person: 1, Former: []int64{9}, Post: "p1"}, {Person: 2, Former: []int64{9}, Post: "p2"}}
		given, err := ReserveAll(t.Context(), tx, o, two, noon)
		for i, g := range given {
			if g.Err != nil {
				t.Errorf("%d: %v", i, g.Err)
			}
		}
		return err
	})
}

// TestLimitOfAllKinds: a limit counts the codes that were made by a command, imported, found on the network, and those made as people ask.
func TestLimitOfAllKinds(t *testing.T) {
	db := open(t)
	o := Offer{Name: "bf", Made: true, Limit: 6}
	take := func(person int64) error {
		_, err := reserve(db, o, person, fmt.Sprint("p", person), noon)
		return err
	}
	if err := take(1); err != nil { // counted once
		t.Fatal(err)
	}
	if _, err := Make(t.Context(), db, o, 2, noon); err != nil {
		t.Fatal(err)
	}
	load(t, db, "bf", 1)
	must(t, db, func(tx *sql.Tx) error {
		return errors.Join(Adopt(t.Context(), tx, "bf", "FOUND-1", noon), Adopt(t.Context(), tx, "bf", "FOUND-1", noon))
	})
	for p := range int64(5) { // the four that are there, and one that is made
		if err := take(p + 2); err != nil {
			t.Errorf("%d: %v", p+2, err)
		}
	}
	if err := take(7); !errors.Is(err, ErrNone) {
		t.Errorf("a seventh: %v", err)
	}
	if _, err := Make(t.Context(), db, o, 1, noon); err == nil {
		t.Error("one more was made")
	}
}

// TestSetsAtOnce: several sets at the same time, from a heap that is too small; each person gets one code, nobody another's.
func TestSetsAtOnce(t *testing.T) {
	db := open(t)
	o := Offer{Name: "bf", PerPerson: 1}
	load(t, db, "bf", 150)
	var wg sync.WaitGroup
	var mu sync.Mutex
	of, got := map[string]int64{}, map[int64]string{}
	for w := range 8 {
		wg.Go(func() {
			for from := int64(1); from <= 200; from += 40 {
				var persons []int64
				var posts []string
				for p := from; p < from+40; p++ {
					persons, posts = append(persons, (p+int64(w)*25-1)%200+1), append(posts, fmt.Sprint("post", p, "-", w))
				}
				given, err := reserveAll(db, o, persons, posts, noon)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for i, g := range given {
					p := persons[i]
					if g.Err == nil && (of[g.Code] != 0 && of[g.Code] != p || got[p] != "" && got[p] != g.Code) {
						t.Errorf("%d has %s and %s, which is of %d", p, got[p], g.Code, of[g.Code])
					}
					if g.Err == nil {
						of[g.Code], got[p] = p, g.Code
					}
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(of) != 150 || len(got) != 150 {
		t.Errorf("%d codes to %d persons", len(of), len(got))
	}
}

// TestAllAtOnce: many ask at the same time; each gets one, nobody another's.
func TestAllAtOnce(t *testing.T) {
	db := open(t)
	o := Offer{Name: "bf", PerPerson: 1}
	load(t, db, "bf", 150)
	var wg sync.WaitGroup
	var mu sync.Mutex
	of := map[string]int64{}
	got := map[int64]string{}
	none := 0
	for w := range 8 {
		wg.Go(func() {
			for p := int64(1); p <= 200; p++ {
				code, err := reserve(db, o, p, fmt.Sprint("post", p, "-", w), noon)
				mu.Lock()
				switch {
				case errors.Is(err, ErrNone):
					none++
				case err != nil:
					t.Error(err)
				case of[code] != 0 && of[code] != p:
					t.Errorf("%s is of %d and %d", code, of[code], p)
				case got[p] != "" && got[p] != code:
					t.Errorf("%d has %s and %s", p, got[p], code)
				default:
					of[code], got[p] = p, code
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(of) != 150 || len(got) != 150 || none != 50*8 {
		t.Errorf("%d codes to %d persons, %d times none", len(of), len(got), none)
	}
}

// TestNewCode: signs that nobody confuses, 60 bits, no sign preferred.
func TestNewCode(t *testing.T) {
	const n = 20_000
	seen := map[string]bool{}
	counts := map[rune]int{}
	for range n {
		c := newCodes(1)[0]
		if len(c) != 14 || c[4] != '-' || c[9] != '-' || seen[c] || !codeRule.MatchString(c) {
			t.Fatalf("%q", c)
		}
		seen[c] = true
		for _, r := range strings.ReplaceAll(c, "-", "") {
			counts[r]++
		}
	}
	if strings.ContainsAny(alphabet, "IO01l") || len(counts) != 32 || len(alphabet) != 32 {
		t.Errorf("%d signs in use of %q", len(counts), alphabet)
	}
	if bits := 12 * math.Log2(float64(len(counts))); bits < 50 {
		t.Errorf("%.0f bits", bits)
	}
	want := float64(n*12) / 32
	for r, c := range counts {
		if math.Abs(float64(c)-want) > 6*math.Sqrt(want) {
			t.Errorf("%c comes %d times, %0.f are expected", r, c, want)
		}
	}
}

func TestMake(t *testing.T) {
	db := open(t)
	o := Offer{Name: "bf", Made: true, Limit: 10}
	codes, err := Make(t.Context(), db, o, 7, noon)
	if err != nil || len(codes) != 7 {
		t.Fatalf("%v, %v", codes, err)
	}
	if _, err := Make(t.Context(), db, o, 4, noon); err == nil || !strings.Contains(err.Error(), "limit of 10") ||
		!strings.Contains(err.Error(), "7 have already been made") {
		t.Errorf("got %v", err)
	}
	if l := left(t, db, "bf"); l.Free != 7 {
		t.Errorf("left %+v", l)
	}
	if c, err := reserve(db, o, 1, "p", noon); err != nil || !strings.Contains(strings.Join(codes, " "), c) {
		t.Errorf("%s is new although seven wait (%v)", c, err)
	}
}

func TestReassign(t *testing.T) {
	db := open(t)
	o := Offer{Name: "bf", Made: true, PerPerson: 3}
	for i := range 3 {
		for _, p := range []int64{1, 2} {
			if _, err := reserve(db, o, p, fmt.Sprint(p, "-", i), noon); err != nil {
				t.Fatal(err)
			}
		}
	}
	must(t, db, reassign(t.Context(), 1, 2))
	must(t, db, reassign(t.Context(), 1, 2)) // again: nothing
	var n, ordinals int
	if err := db.Read.QueryRow(`SELECT count(*), count(DISTINCT ordinal) FROM coupons
		WHERE person = 1`).Scan(&n, &ordinals); err != nil || n != 6 || ordinals != 6 {
		t.Errorf("%d codes with %d ordinals, %v", n, ordinals, err)
	}
	if _, err := reserve(db, o, 1, "x", noon); err != nil {
		t.Errorf("told again: %v", err)
	}
}
