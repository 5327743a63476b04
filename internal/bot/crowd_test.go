package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"magpie/internal/coupon"
	"magpie/internal/network"
)

// TestManyOfOneServer: whoever runs a server makes as many accounts as they like. The codes that one server gets in an hour have an
// end, which is said to a person; those of other servers get theirs.
func TestManyOfOneServer(t *testing.T) {
	w := newWorld(t, day1, map[string]string{"campaigns/offers.yaml": strings.Replace(files["campaigns/offers.yaml"], "limit: 50",
		"limit: 100000", 1),
		"campaigns/bf.yaml": strings.Replace(files["campaigns/bf.yaml"], "    for: followers\n    say: claim\n    say_others: sorry\n",
			"    say: claim\n", 1)})
	const many = 400
	for i := range many {
		who := network.Person{ID: fmt.Sprint("eve", i), Handle: fmt.Sprintf("eve%d@farm.example", i)}
		w.net.Mention("outlet", who, "a deal please")
		if i%100 == 50 {
			w.net.Mention("outlet", network.Person{ID: fmt.Sprint("ann", i), Handle: fmt.Sprintf("ann%d@server%d.example", i, i)},
				"a deal please")
		}
	}
	for range 3 {
		w.step(w.now.Add(time.Minute))
	}
	given := map[string]int{}
	for _, p := range w.posts(`step = 'claim' AND code <> ''`) {
		_, rest, _ := strings.Cut(p.Recipient, "@")
		server, _, _ := strings.Cut(rest, `"`)
		given[server]++
	}
	if n := given["farm.example"]; n == 0 || n > many/2 {
		t.Errorf("%d accounts of one server have %d codes", many, n)
	}
	if len(given) != 5 {
		t.Errorf("codes by server: %v; the four others want theirs", given)
	}
	if l, _ := coupon.Count(t.Context(), w.DB, "bf"); l.Reserved+l.Delivered > many/2+4 {
		t.Errorf("left %+v", l)
	}
	said := false
	for _, k := range w.opens() {
		said = said || strings.Contains(k, "farm.example")
	}
	if !said {
		t.Errorf("nobody is told: %v", w.needs())
	}
	before := given["farm.example"]
	w.step(w.now.Add(time.Hour))
	w.net.Mention("outlet", network.Person{ID: "late", Handle: "late@farm.example"}, "a deal please")
	w.step(w.now.Add(time.Minute))
	if n := len(w.posts(`step = 'claim' AND code <> ''`)); n <= before+4 {
		t.Errorf("an hour later nobody of that server gets one: %d", n-4)
	}
	w.must(w.Replier.LookAtDesk(t.Context(), w.now))
	if all := strings.Join(w.opens(), " "); strings.Contains(all, "have had codes") {
		t.Errorf("it is over, and still said: %s", all)
	}
}

// opens are the words of what needs a person.
func (w *world) opens() (out []string) {
	w.Helper()
	rows, err := w.DB.Read.Query(`SELECT text FROM needs`)
	w.must(err)
	defer rows.Close()
	for rows.Next() {
		var text string
		w.must(rows.Scan(&text))
		out = append(out, text)
	}
	return out
}

// TestManyJoin: the bound is for codes; who only wants to join gets the answer, and their consent is noted.
func TestManyJoin(t *testing.T) {
	w := newWorld(t, day1, map[string]string{"templates/joined.en.tmpl": "Welcome!", "campaigns/bf.yaml": files["campaigns/bf.yaml"] +
		"  join:\n    accounts: [outlet]\n    mention: {says: [join]}\n    grants: direct\n    say: joined\n"})
	const many = 120
	for i := range many {
		w.net.Mention("outlet", network.Person{ID: fmt.Sprint("eve", i), Handle: fmt.Sprintf("eve%d@farm.example", i)}, "I want to join")
	}
	w.step(w.now.Add(time.Minute))
	if n := len(w.posts(`step = 'join'`)); n != many {
		t.Errorf("%d of %d are answered: %v", n, many, w.opens())
	}
}
