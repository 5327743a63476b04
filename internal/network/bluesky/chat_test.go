package bluesky

import (
	"errors"
	"slices"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/bluesky/localnet"
	"magpie/internal/network/networktest"
)

func (b *behind) direct(t *testing.T, to *localnet.Account, text string) (network.Sealed, error) {
	t.Helper()
	return b.Prepare(t.Context(), network.Draft{Key: text, Text: text, Direct: true, At: time.Now(),
		To: &network.Person{ID: to.DID, Handle: to.Handle}})
}

func TestChatBothWays(t *testing.T) {
	t.Parallel()
	r, bob := newReader(t), newAccount(t)
	for _, text := range []string{"first", "second", "third"} {
		must(t, bob.Chat(t.Context(), r.account.DID, text))
		r.until(text)
		s, err := r.direct(t, bob, "re: "+text)
		must(t, err)
		if s.Replay != network.Blind {
			t.Errorf("replay %q: a chat message has no key", s.Replay)
		}
		_, err = r.Publish(t.Context(), s)
		must(t, err)
	}
	r.read()
	if want := []string{"first", "second", "third"}; !slices.Equal(r.texts, want) {
		t.Errorf("told %q, want %q", r.texts, want)
	}
	got, err := bob.ChatsWith(t.Context(), r.account.DID)
	must(t, err)
	if want := []string{"first", "re: first", "second", "re: second", "third", "re: third"}; !slices.Equal(got, want) {
		t.Errorf("bob sees %q, want %q", got, want)
	}
}

// What people do with their own messages concerns the post, never the account.
func TestChatRefusals(t *testing.T) {
	t.Parallel()
	b, bob := newBehind(t), newAccount(t)
	open, err := b.direct(t, bob, "before")
	must(t, err)
	must(t, local.DisableChat(t.Context(), bob.DID))
	for _, reason := range []string{"MessagesDisabled", "NotFollowedBySender", "BlockedActor", "BlockedSubject", "AccountSuspended",
		"RecipientNotFound"} {
		must(t, local.RefuseChat(t.Context(), bob.DID, reason))
		if _, err := b.direct(t, bob, "hello"); network.ReasonOf(err) != network.Refused {
			t.Errorf("%s, preparing: got %q, %v; want refused", reason, network.ReasonOf(err), err)
		}
		if _, err := b.Publish(t.Context(), open); network.ReasonOf(err) != network.Refused {
			t.Errorf("%s, publishing: got %q, %v; want refused", reason, network.ReasonOf(err), err)
		}
	}
	must(t, local.RefuseChat(t.Context(), bob.DID, ""))
	_, err = b.Publish(t.Context(), open)
	must(t, err)
	if _, err := b.Prepare(t.Context(), network.Draft{Text: "x", Direct: true, At: time.Now()}); network.ReasonOf(err) != network.Refused {
		t.Errorf("to nobody: got %v, want refused", err)
	}
	if err := b.Delete(t.Context(), "chat:convo1/message1"); network.ReasonOf(err) != network.Refused {
		t.Errorf("taking back a message: got %v, want refused", err)
	}
}

// plain is an app password that may not use chat.
func plain(t *testing.T, a *localnet.Account) network.Secret {
	t.Helper()
	var app struct{ Password string }
	must(t, a.Procedure(t.Context(), "com.atproto.server.createAppPassword", map[string]string{"name": "plain"}, &app))
	return network.Secret(app.Password)
}

// An app password without the right to chat is good for everything else.
func TestPasswordWithoutChat(t *testing.T) {
	t.Parallel()
	r, bob := newReader(t), newAccount(t)
	must(t, bob.Chat(t.Context(), r.account.DID, "long ago"))
	r.client, r.cursor = r.again(t, &memory{}, plain(t, r.account)), ""
	r.read()
	_, _, err := bob.Mention(t.Context(), r.account, "in public")
	must(t, err)
	r.until("in public")
	_, err = r.Publish(t.Context(), r.sealed(t, network.Draft{Text: "public post"}))
	must(t, err)
	if _, err := r.direct(t, bob, "private"); network.ReasonOf(err) != network.Refused {
		t.Errorf("a private post: got %q, %v; want refused: the account goes on", network.ReasonOf(err), err)
	}
	// The operator replaces the password: old messages are not answered now.
	r.client = r.again(t, &memory{}, network.Secret(r.account.AppPassword))
	r.read()
	must(t, bob.Chat(t.Context(), r.account.DID, "today"))
	r.until("today")
	if slices.Contains(r.texts, "long ago") {
		t.Errorf("told %q: a message from before we could read it", r.texts)
	}
}

// The chat service is down: mentions are told all the same, and the messages
// come when it is back.
func TestChatDownStopsNoMentions(t *testing.T) {
	t.Parallel()
	r, bob := newReader(t), newAccount(t)
	stop := r.proxy.All(getLog, networktest.Spoil{Answer: &networktest.Answer{Status: 502, Body: refusal(502, "chat is down")}})
	must(t, bob.Chat(t.Context(), r.account.DID, "in private"))
	_, _, err := bob.Mention(t.Context(), r.account, "in public")
	must(t, err)
	within(t, func() bool {
		events, next, err := r.Events(t.Context(), r.cursor)
		if err == nil {
			r.cursor = next
		}
		return err == nil && len(events) == 1 && events[0].Mention != nil && !events[0].Mention.Direct
	})
	if _, _, err := r.Events(t.Context(), r.cursor); network.ReasonOf(err) != network.Busy || err == nil {
		t.Errorf("nothing else is new: got %v, want busy", err)
	}
	stop()
	r.until("in private")
}

// Somebody who wrote to us has left the network since: the others are told, also
// one who is so new that the app view does not know the profile yet.
func TestAuthorWhoIsGone(t *testing.T) {
	t.Parallel()
	r, eve, bob := newReader(t), newAccount(t), newAccount(t)
	must(t, eve.Chat(t.Context(), r.account.DID, "spam"))
	must(t, eve.Procedure(t.Context(), "com.atproto.server.deactivateAccount", map[string]any{}, nil))
	within(t, func() bool { // until the app view knows
		_, err := r.profile(t.Context(), eve.DID)
		return err != nil
	})
	must(t, bob.Chat(t.Context(), r.account.DID, "hello"))
	r.until("hello")
}

// What the servers say of others is not said of us.
func TestOthersSuspensionIsNotOurs(t *testing.T) {
	t.Parallel()
	r, eve := newReader(t), newAccount(t)
	for _, name := range []string{"AccountTakedown", "AccountDeactivated", "AccountSuspended", "RepoTakendown"} {
		body := `{"error":"` + name + `","message":"Account has been suspended"}`
		must(t, eve.Chat(t.Context(), r.account.DID, name))
		stop := r.proxy.All("GET /xrpc/app.bsky.actor.getProfile", networktest.Spoil{Answer: &networktest.Answer{Status: 400, Body: body}})
		r.read() // told without its author, or not at all: but no failure
		stop()
		for call, f := range map[networktest.Call]func() error{
			"GET /xrpc/com.atproto.identity.resolveHandle": func() error {
				_, err := r.Prepare(t.Context(), network.Draft{Key: "k", Text: "hello @" + eve.Handle, At: time.Now()})
				return err
			},
			"GET /xrpc/app.bsky.feed.getPostThread": func() error {
				_, err := r.Answered(t.Context(), `{"uri":"at://did:plc:x/app.bsky.feed.post/y","cid":"z"}`, nil)
				return err
			},
		} {
			stop := r.proxy.All(call, networktest.Spoil{Answer: &networktest.Answer{Status: 400, Body: body}})
			var f2 *network.Failure
			if err := f(); errors.As(err, &f2) && f2.Reason == network.SignedOut {
				t.Errorf("%s, %s: %v", call, name, err)
			}
			stop()
		}
	}
}
