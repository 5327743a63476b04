package bot

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/inbox"
	"magpie/internal/network"
	"magpie/internal/outbox"
)

// reopened fails unless a mention waits for a person, and says why.
func (w *world) reopened(m network.Mention, who string) {
	w.Helper()
	got := w.mention(m)
	if got.State != inbox.Desk {
		w.Errorf("the answer is not out and will not be, and its mention is %s (%s): nobody sees it", got.State, got.Reason)
	}
	if !strings.Contains(got.Reason, who) {
		w.Errorf("the desk does not say why: %q", got.Reason)
	}
}

// answerTo is our answer to what somebody wrote.
func (w *world) answerTo(m network.Mention) *outbox.Post {
	w.Helper()
	all := w.posts(`mention = $1`, inbox.ID("mastodon", m.Item))
	if len(all) != 1 {
		w.Fatalf("%d answers", len(all))
	}
	return all[0]
}

// TestWithdrawnAnswerReopens: a person says that an answer does not go out. Handan is no word for “by hand”.
func TestWithdrawnAnswerReopens(t *testing.T) {
	for _, who := range []string{"bob", "handan"} {
		t.Run("asked about/"+who, func(t *testing.T) {
			w := newWorld(t, day1, nil)
			w.net.Use("outlet", w.Set().Accounts["outlet"].Kind, network.Blind)
			w.net.Fail("outlet", networktestFault(network.Unknown))
			m := w.net.Mention("outlet", ann, "are you open?")
			w.said(m)
			for range 3 {
				w.step(w.now.Add(settle))
			}
			p := w.answerTo(m)
			if p.State != outbox.Asked {
				t.Fatalf("it is %s (%s)", p.State, p.Reason)
			}
			w.must(w.Acts.SettlePost(t.Context(), p.ID, outbox.Withdrawn, "", who))
			w.reopened(m, who)
		})
		t.Run("planned/"+who, func(t *testing.T) {
			w := newWorld(t, day1, nil)
			_, err := w.Acts.Halt(t.Context(), "account", "outlet", "", "eve", true)
			w.must(err)
			m := w.net.Mention("outlet", ann, "are you open?")
			w.said(m)
			w.must(w.Acts.SettlePost(t.Context(), w.answerTo(m).ID, outbox.Withdrawn, "", who))
			w.reopened(m, who)
		})
	}
}

// TestAnswerOfALostAccountReopens: the account that was to answer leaves the files before its answer is out.
func TestAnswerOfALostAccountReopens(t *testing.T) {
	w := newWorld(t, day1, nil)
	_, err := w.Acts.Halt(t.Context(), "account", "home", "", "eve", true)
	w.must(err)
	m := w.net.Mention("home", ann, "are you open?")
	w.said(m)
	if p := w.answerTo(m); p.State != outbox.Planned || p.Account != "home" {
		t.Fatalf("got %+v", p)
	}
	w.edit(map[string]string{"accounts/home.yaml": "", "campaigns/service.yaml": strings.Replace(files["campaigns/service.yaml"],
		", home]", "]", 1)})
	w.must(w.settleIn(t.Context(), nil))
	_, err = w.Acts.Halt(t.Context(), "account", "home", "", "eve", false)
	w.must(err)
	for range 3 {
		w.step(w.now.Add(time.Minute))
	}
	if p := w.answerTo(m); p.State != outbox.Withdrawn {
		t.Errorf("the answer is %s for ever (%s)", p.State, p.Reason)
	}
	w.reopened(m, "files")
}

// TestAnswerOutOpensNothing: settled as sent, and found by hand, its mention is done with.
func TestAnswerOutOpensNothing(t *testing.T) {
	w := newWorld(t, day1, nil)
	w.net.Use("outlet", w.Set().Accounts["outlet"].Kind, network.Blind)
	w.net.Fail("outlet", networktestFault(network.Unknown))
	m := w.net.Mention("outlet", ann, "are you open?")
	w.said(m)
	for range 3 {
		w.step(w.now.Add(settle))
	}
	w.must(w.Acts.SettlePost(t.Context(), w.answerTo(m).ID, outbox.Sent, "https://social.example/@outlet/1", "bob"))
	if got := w.mention(m); got.State != inbox.Answered {
		t.Errorf("it is %s (%s)", got.State, got.Reason)
	}
}
