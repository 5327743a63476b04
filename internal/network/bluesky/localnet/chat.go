package localnet

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
)

// Chat sends a direct message, through the PDS to the chat service.
func (a *Account) Chat(ctx context.Context, toDID, text string) error {
	var opened struct{ Convo struct{ ID string } }
	if err := a.chatQuery(ctx, "getConvoForMembers", url.Values{"members": {toDID}}, &opened); err != nil {
		return err
	}
	message := map[string]any{"convoId": opened.Convo.ID, "message": map[string]string{"text": text}}
	return a.send(ctx, http.MethodPost, "chat.bsky.convo.sendMessage", message, a.network.toChat(), nil)
}

// ChatsWith are the texts that this account and the other have sent each other,
// the oldest first.
func (a *Account) ChatsWith(ctx context.Context, did string) ([]string, error) {
	var known struct{ Convo struct{ ID string } }
	if err := a.chatQuery(ctx, "getConvoAvailability", url.Values{"members": {did}}, &known); err != nil {
		return nil, err
	}
	if known.Convo.ID == "" {
		return nil, nil
	}
	return a.texts(ctx, known.Convo.ID)
}

func (a *Account) texts(ctx context.Context, convo string) ([]string, error) {
	var all []string
	query := url.Values{"convoId": {convo}, "limit": {"100"}}
	for {
		var page struct {
			Messages []struct{ Text string }
			Cursor   string
		}
		if err := a.chatQuery(ctx, "getMessages", query, &page); err != nil {
			return nil, err
		}
		for _, message := range page.Messages {
			all = append(all, message.Text)
		}
		if page.Cursor == "" {
			slices.Reverse(all)
			return all, nil
		}
		query.Set("cursor", page.Cursor)
	}
}

// DisableChat makes the chat service refuse all messages to the account of this
// DID from now on, with 400 MessagesDisabled.
func (n *Network) DisableChat(ctx context.Context, did string) error {
	return n.RefuseChat(ctx, did, "MessagesDisabled")
}

// RefuseChat is DisableChat with another error of getConvoForMembers, such as
// NotFollowedBySender. An empty reason lifts it.
func (n *Network) RefuseChat(ctx context.Context, did, reason string) error {
	body := map[string]string{"did": did, "error": reason}
	if err := n.send(ctx, http.MethodPost, n.ChatControl+"/refuse", body, nil, nil); err != nil {
		return fmt.Errorf("localnet: refuse chat: %w", err)
	}
	return nil
}

func (a *Account) chatQuery(ctx context.Context, method string, parameters url.Values, out any) error {
	return a.send(ctx, http.MethodGet, "chat.bsky.convo."+method+"?"+parameters.Encode(), nil, a.network.toChat(), out)
}

func (n *Network) toChat() http.Header {
	return http.Header{"Atproto-Proxy": {n.ChatDID + "#bsky_chat"}}
}
