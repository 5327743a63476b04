package localnet

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"testing"
	"time"
)

func TestMentionArrivesAsNotification(t *testing.T) {
	alice, bob := account(t), account(t)
	uri, _, err := alice.Mention(t.Context(), bob, "have you seen this?")
	must(t, err)
	awaitNotification(t, bob, uri, "mention")
	must(t, network.WaitIndexed(t.Context(), bob, uri))
}

func TestReplyArrivesAsNotification(t *testing.T) {
	alice, bob := account(t), account(t)
	root, rootCID, err := alice.Post(t.Context(), "first", nil, nil)
	must(t, err)
	must(t, network.WaitIndexed(t.Context(), bob, root))
	reply, _, err := bob.Reply(t.Context(), root, rootCID, root, rootCID, "second")
	must(t, err)
	awaitNotification(t, alice, reply, "reply")
}

func TestFollowerIsListed(t *testing.T) {
	alice, bob := account(t), account(t)
	must(t, bob.Follow(t.Context(), alice.DID))
	within(t, 10*time.Second, func() bool {
		var page struct{ Followers []struct{ DID string } }
		must(t, alice.Query(t.Context(), "app.bsky.graph.getFollowers", url.Values{"actor": {alice.DID}}, &page))
		return len(page.Followers) == 1 && page.Followers[0].DID == bob.DID
	})
}

func TestBlockIsSeenByTheBlocked(t *testing.T) {
	alice, bob := account(t), account(t)
	must(t, alice.Block(t.Context(), bob.DID))
	within(t, 10*time.Second, func() bool {
		var profile struct{ Viewer struct{ BlockedBy bool } }
		must(t, bob.Query(t.Context(), "app.bsky.actor.getProfile", url.Values{"actor": {alice.DID}}, &profile))
		return profile.Viewer.BlockedBy
	})
}

func TestPostsAreListedNewestFirst(t *testing.T) {
	alice := account(t)
	for _, text := range []string{"one", "two"} {
		_, _, err := alice.Post(t.Context(), text, nil, nil)
		must(t, err)
	}
	posts, err := alice.Posts(t.Context())
	must(t, err)
	if len(posts) != 2 || posts[0].Text() != "two" || posts[1].Text() != "one" {
		t.Fatalf("got %v", posts)
	}
}

// The rule on which publishing exactly once rests.
func TestPutRecordCreatesOnce(t *testing.T) {
	alice := account(t)
	put := func(text string) (answer struct{ Commit *struct{ CID string } }, err error) {
		err = alice.Procedure(t.Context(), "com.atproto.repo.putRecord", map[string]any{
			"repo": alice.DID, "collection": postCollection, "rkey": "3kabcdefghi2a", "swapRecord": nil,
			"record": map[string]string{"$type": postCollection, "text": text, "createdAt": "2026-01-02T03:04:05.678Z"},
		}, &answer)
		return answer, err
	}
	first, err := put("once")
	must(t, err)
	again, err := put("once")
	must(t, err)
	if first.Commit == nil || again.Commit != nil {
		t.Errorf("commits: first %v, again %v; want one, then none", first.Commit, again.Commit)
	}
	_, err = put("changed")
	wantError(t, err, "InvalidSwap")
}

// A bot logs in with its app password; without the right to read messages it
// must not reach the chat service.
func TestAppPasswordReachesChat(t *testing.T) {
	alice := account(t)
	login := map[string]string{"identifier": alice.Handle, "password": alice.AppPassword}
	bot := &Account{network: network}
	must(t, bot.Procedure(t.Context(), "com.atproto.server.createSession", login, bot))
	must(t, bot.chatQuery(t.Context(), "listConvos", nil, nil))

	var app struct{ Password string }
	must(t, alice.Procedure(t.Context(), "com.atproto.server.createAppPassword", map[string]string{"name": "plain"}, &app))
	login["password"] = app.Password
	must(t, bot.Procedure(t.Context(), "com.atproto.server.createSession", login, bot))
	wantError(t, bot.chatQuery(t.Context(), "listConvos", nil, nil), "InvalidToken")
}

func TestStartEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if _, err := Start(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func account(t *testing.T) *Account {
	t.Helper()
	a, err := network.CreateAccount(t.Context(), nextHandle())
	must(t, err)
	return a
}

var handles int

func nextHandle() string {
	handles++
	return "person-" + string(rune('a'+handles/26)) + string(rune('a'+handles%26)) + ".test"
}

func awaitNotification(t *testing.T, a *Account, uri, reason string) {
	t.Helper()
	within(t, 10*time.Second, func() bool {
		var page struct {
			Notifications []struct{ URI, Reason string }
		}
		must(t, a.Query(t.Context(), "app.bsky.notification.listNotifications", nil, &page))
		return slices.Contains(page.Notifications, struct{ URI, Reason string }{uri, reason})
	})
}

func wantError(t *testing.T, err error, name string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Status != 400 || e.Name != name {
		t.Errorf("got %v, want 400 %s", err, name)
	}
}
