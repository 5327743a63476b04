package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/accounts"
	"magpie/internal/checkup"
	"magpie/internal/inbox"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/network/weibo"
	"magpie/internal/scalar"
	"magpie/internal/workspace"
)

// TestAnsweredByHandLater: what waits at the desk and is answered on the network itself
// waits no longer. An answer of ours is none.
func TestAnsweredByHandLater(t *testing.T) {
	w := newWorld(t, day1, nil)
	m := w.net.Mention("outlet", ann, "my kettle is on fire")
	other := w.net.Mention("outlet", ann, "whose lamp is this?")
	if got := w.said(m); got.State != inbox.Desk {
		t.Fatalf("got %+v", got)
	}
	w.said(other)
	w.Rounds.LookAfter(t.Context(), w.now)
	w.net.AnswerByHand("outlet", m.Ref, "we are on our way")
	w.now = w.now.Add(time.Minute) // not so soon again: networks count
	w.Rounds.LookAfter(t.Context(), w.now)
	if got := w.mention(m); got.State != inbox.Desk {
		t.Errorf("it was looked at again within a minute: %+v", got)
	}
	w.now = w.now.Add(10 * time.Minute)
	w.Rounds.LookAfter(t.Context(), w.now)
	if got := w.mention(m); got.State != inbox.Closed || !strings.Contains(got.Reason, "by hand") {
		t.Errorf("answered by hand, and it is %s (%s)", got.State, got.Reason)
	}
	if got := w.mention(other); got.State != inbox.Desk {
		t.Errorf("nobody answered the other, and it is %s", got.State)
	}
}

// TestApprovalIsTold: a day before a post that waits for approval is due, and in the last
// hour, somebody is told, once; not when it is approved.
func TestApprovalIsTold(t *testing.T) {
	w := newWorld(t, "2027-11-24 08:00", careful())
	told := func() (n int) {
		w.Rounds.LookAfter(t.Context(), w.now)
		w.Rounds.LookAfter(t.Context(), w.now)
		for _, k := range w.needs() {
			if k == need.Approval {
				n++
			}
		}
		return n
	}
	if n := told(); n != 0 {
		t.Errorf("told %d times two days before", n)
	}
	w.now = at(t, "2027-11-25 11:00") // the first is due at ten the next day
	if n := told(); n != 1 {
		t.Errorf("told %d times a day before", n)
	}
	w.now = at(t, "2027-11-26 09:30")
	if n := told(); n != 2 {
		t.Errorf("told %d times half an hour before", n)
	}
	text := strings.Join(w.opens(), "\n")
	if !strings.Contains(text, "bf/tease of outlet") || !strings.Contains(text, "magpie outbox approve "+w.one("tease").ID) ||
		!strings.Contains(text, "within 1 hour") {
		t.Errorf("told %s", text)
	}
	open, err := need.Open(t.Context(), w.DB)
	w.must(err)
	for _, n := range open {
		if strings.HasSuffix(n.Subject, "101") {
			t.Errorf("the hook gets the subject %q, in which how many there are is kept for ourselves", n.Subject)
		}
	}
}

// TestDoctorSaysOnce: a need is one line, with its kind and since when it stands.
func TestDoctorSaysOnce(t *testing.T) {
	w := newWorld(t, "2027-11-24 08:00", careful())
	w.Raise(t.Context(), need.Budget, "outlet", "outlet can't do all it should: the account's budget is used up")
	found, err := w.Checkup.Examine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	said := slices.DeleteFunc(found, func(f checkup.Finding) bool { return !strings.Contains(f.Says, "can't do all") })
	if len(said) != 1 || said[0].What != need.Budget || !strings.Contains(said[0].Says, "(since ") {
		t.Errorf("doctor says %+v", said)
	}
}

// TestHookByTheReadme: the variable that the README names is read.
func TestHookByTheReadme(t *testing.T) {
	w := newWorld(t, day1, nil)
	t.Setenv("MAGPIE_HOOK", "https://hooks.example/x")
	if at, err := w.Rounds.Hook(scalar.Credentials{Kind: "env", Name: "MAGPIE_HOOK"}); err != nil ||
		at.Reveal() != "https://hooks.example/x" {
		t.Errorf("got %v", err)
	}
	if _, err := w.Rounds.Hook(scalar.Credentials{Kind: "env", Name: "MAGPIE_DATABASE"}); err == nil {
		t.Error("the database's address is taken for a hook's")
	}
}

// Where many mentions wait, each has its turn: those that come in later do not stand before
// the others for ever. A network that counts the calls of a day is not asked.
func TestByHandOnABusyDesk(t *testing.T) {
	w := newWorld(t, day1, nil)
	m := w.net.Mention("outlet", ann, "my kettle is on fire")
	w.said(m)
	w.net.AnswerByHand("outlet", m.Ref, "we are on our way")
	for i := range 40 { // four a minute, and three looks
		for n := range 4 {
			w.said(w.net.Mention("outlet", network.Person{ID: fmt.Sprint("p", i, n), Handle: fmt.Sprint("p", i, n)}, "whose lamp is this?"))
		}
		w.now = w.now.Add(time.Minute)
		w.Rounds.LookAfter(t.Context(), w.now)
	}
	if got := w.mention(m); got.State != inbox.Closed {
		t.Errorf("answered by hand 40 minutes ago, and it is %s", got.State)
	}
	if n := accounts.Bounds(&workspace.Account{Kind: weibo.Kind()}).Calls; n == 0 {
		t.Error("Weibo counts the calls of a day")
	}
}
