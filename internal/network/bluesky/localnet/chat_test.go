package localnet

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestChatBothDirections(t *testing.T) {
	alice, bob := account(t), account(t)
	must(t, alice.Chat(t.Context(), bob.DID, "hello"))
	must(t, bob.Chat(t.Context(), alice.DID, "hello yourself"))
	want := []string{"hello", "hello yourself"}
	for _, pair := range [][2]*Account{{alice, bob}, {bob, alice}} {
		got, err := pair[0].ChatsWith(t.Context(), pair[1].DID)
		must(t, err)
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

type logEvent struct {
	Type    string `json:"$type"`
	Rev     string
	ConvoID string
	Message struct {
		ID, Rev, Text, SentAt string
		Sender                struct{ DID string }
	}
}

func TestLogTellsMessagesInOrder(t *testing.T) {
	alice, bob, carol := account(t), account(t), account(t)
	_, start := readLog(t, alice, "")
	for _, text := range []string{"one", "two", "three"} {
		must(t, bob.Chat(t.Context(), alice.DID, text))
		must(t, alice.Chat(t.Context(), bob.DID, "re: "+text))
		must(t, bob.Chat(t.Context(), carol.DID, "not for alice"))
	}
	texts, cursor := readLog(t, alice, start)
	if want := []string{"one", "re: one", "two", "re: two", "three", "re: three"}; !slices.Equal(texts, want) {
		t.Errorf("got %q, want %q", texts, want)
	}
	if again, _ := readLog(t, alice, cursor); len(again) != 0 {
		t.Errorf("after the cursor: %q", again)
	}
}

func TestLogHasPages(t *testing.T) {
	alice, bob := account(t), account(t)
	for range 60 {
		must(t, bob.Chat(t.Context(), alice.DID, "again"))
	}
	first, cursor := readLog(t, alice, "")
	rest, _ := readLog(t, alice, cursor)
	if len(first) == 0 || len(rest) == 0 || len(first)+len(rest) != 60 {
		t.Errorf("pages of %d and %d messages", len(first), len(rest))
	}
}

func TestRequestIsAcceptedAndRead(t *testing.T) {
	alice, bob := account(t), account(t)
	must(t, bob.Chat(t.Context(), alice.DID, "hello"))
	convo := onlyConvo(t, alice, "request")
	if convo.UnreadCount != 1 || convo.LastMessage.Text != "hello" {
		t.Errorf("got %+v", convo)
	}
	for _, method := range []string{"acceptConvo", "updateRead"} {
		must(t, chatProcedure(t.Context(), alice, method, map[string]string{"convoId": convo.ID}))
	}
	if read := onlyConvo(t, alice, "accepted"); read.UnreadCount != 0 {
		t.Errorf("still %d unread", read.UnreadCount)
	}
}

func TestChatRefusals(t *testing.T) {
	alice, bob := account(t), account(t)
	must(t, alice.Chat(t.Context(), bob.DID, strings.Repeat("👍🏽", 1000)))
	wantError(t, alice.Chat(t.Context(), bob.DID, strings.Repeat("x", 1001)), "InvalidRequest")
	wantError(t, alice.Chat(t.Context(), "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "hello"), "RecipientNotFound")

	unknown := map[string]any{"convoId": "unknown", "message": map[string]string{"text": "hello"}}
	wantError(t, chatProcedure(t.Context(), alice, "sendMessage", unknown), "InvalidConvo")

	must(t, network.DisableChat(t.Context(), bob.DID))
	wantError(t, alice.Chat(t.Context(), bob.DID, "hello"), "MessagesDisabled")
	must(t, network.RefuseChat(t.Context(), bob.DID, "NotFollowedBySender"))
	wantError(t, alice.Chat(t.Context(), bob.DID, "hello"), "NotFollowedBySender")
	must(t, network.RefuseChat(t.Context(), bob.DID, ""))
	must(t, alice.Chat(t.Context(), bob.DID, "hello"))
}

// A stranger to a conversation cannot see it.
func TestChatIsPrivate(t *testing.T) {
	alice, bob, carol := account(t), account(t), account(t)
	must(t, bob.Chat(t.Context(), alice.DID, "hello"))
	convo := onlyConvo(t, alice, "request")
	wantError(t, carol.chatQuery(t.Context(), "getMessages", url.Values{"convoId": {convo.ID}}, nil), "InvalidConvo")
}

type convoView struct {
	ID          string
	UnreadCount int
	LastMessage struct{ Text string }
}

func onlyConvo(t *testing.T, a *Account, status string) convoView {
	t.Helper()
	var page struct{ Convos []convoView }
	must(t, a.chatQuery(t.Context(), "listConvos", url.Values{"status": {status}}, &page))
	if len(page.Convos) != 1 {
		t.Fatalf("got %d convos, want one", len(page.Convos))
	}
	return page.Convos[0]
}

func readLog(t *testing.T, a *Account, cursor string) (texts []string, next string) {
	t.Helper()
	var page struct {
		Logs   []logEvent
		Cursor string
	}
	must(t, a.chatQuery(t.Context(), "getLog", url.Values{"cursor": {cursor}}, &page))
	for _, event := range page.Logs {
		if event.Type != "chat.bsky.convo.defs#logCreateMessage" {
			continue
		}
		if m := event.Message; event.Rev == "" || event.ConvoID == "" || m.ID == "" || m.Rev == "" || m.SentAt == "" || m.Sender.DID == "" {
			t.Errorf("incomplete: %+v", event)
		}
		texts = append(texts, event.Message.Text)
	}
	return texts, page.Cursor
}

func chatProcedure(ctx context.Context, a *Account, method string, body any) error {
	return a.send(ctx, http.MethodPost, "chat.bsky.convo."+method, body, a.network.toChat(), nil)
}
