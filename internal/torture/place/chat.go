package place

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"magpie/internal/network/bluesky/localnet"
)

// chat sends a message and tells its address as the inbox has it.
func (s *sky) chat(ctx context.Context, from *localnet.Account, to, text string) (item string, err error) {
	var opened struct{ Convo struct{ ID string } }
	if err := s.ask(ctx, from, "getConvoForMembers?"+url.Values{"members": {to}}.Encode(), nil, &opened); err != nil {
		return "", err
	}
	var sent struct{ ID string }
	body := map[string]any{"convoId": opened.Convo.ID, "message": map[string]string{"text": text}}
	err = s.ask(ctx, from, "sendMessage", body, &sent)
	return chatAddress(opened.Convo.ID, sent.ID), err
}

func chatAddress(convo, id string) string { return "chat:" + convo + "/" + id }

// chats is what an account of the brand wrote in chat.
func (s *sky) chats(ctx context.Context, name string, a *localnet.Account) (all []Shown, err error) {
	with, err := s.partners(ctx, a)
	if err != nil {
		return nil, err
	}
	cursor := ""
	for {
		var page struct {
			Cursor string
			Logs   []struct {
				ConvoID string
				Message struct {
					ID, Text string
					Sender   struct{ DID string }
				}
			}
		}
		if err := s.ask(ctx, a, "getLog?"+url.Values{"cursor": {cursor}}.Encode(), nil, &page); err != nil || len(page.Logs) == 0 {
			return all, err
		}
		for _, l := range page.Logs {
			if l.Message.ID != "" && l.Message.Sender.DID == a.DID {
				all = append(all, Shown{ID: chatAddress(l.ConvoID, l.Message.ID), Account: name, Text: l.Message.Text,
					Private: true, Chat: true, To: []string{with[l.ConvoID]}})
			}
		}
		cursor = page.Cursor
	}
}

// partners are the handles of those with whom an account talks, by conversation.
func (s *sky) partners(ctx context.Context, a *localnet.Account) (map[string]string, error) {
	with, cursor := map[string]string{}, ""
	for {
		var page struct {
			Cursor string
			Convos []struct {
				ID      string
				Members []struct{ DID, Handle string }
			}
		}
		if err := s.ask(ctx, a, "listConvos?"+url.Values{"limit": {"100"}, "cursor": {cursor}}.Encode(), nil, &page); err != nil {
			return nil, err
		}
		for _, c := range page.Convos {
			for _, m := range c.Members {
				if m.DID != a.DID {
					with[c.ID] = m.Handle
				}
			}
		}
		if cursor = page.Cursor; cursor == "" {
			return with, nil
		}
	}
}

// ask calls the chat service through the PDS: GET, or POST with a body.
func (s *sky) ask(ctx context.Context, a *localnet.Account, method string, body, out any) error {
	verb, text := http.MethodGet, []byte(nil)
	if body != nil {
		verb = http.MethodPost
		text, _ = json.Marshal(body) // texts can't fail
	}
	r, err := http.NewRequestWithContext(ctx, verb, s.PDS+"/xrpc/chat.bsky.convo."+method, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+a.AccessJWT)
	r.Header.Set("Atproto-Proxy", s.ChatDID+"#bsky_chat")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %d %s", method, answer.StatusCode, got)
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(got, out)
}
