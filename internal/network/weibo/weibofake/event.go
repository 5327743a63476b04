package weibofake

import (
	"cmp"
	"encoding/json"
)

// eventTexts are what Weibo writes where nobody wrote anything.
var eventTexts = map[string]string{
	"follow": "关注事件消息", "unfollow": "取消关注事件消息", "subscribe": "订阅事件消息", "unsubscribe": "取消订阅事件消息",
	"click": "自定义菜单事件消息", "scan": "扫描二维码", "status": "被@消息", "comment": "被@消息",
}

// encode is the body of a push.
func (p Push) encode() []byte {
	data := object{}
	if p.Subtype != "" {
		data["subtype"] = p.Subtype
	}
	if p.Key != "" {
		data["key"] = p.Key
	}
	body, _ := json.Marshal(object{ // strings and numbers can't fail
		"type": cmp.Or(p.Type, "text"), "receiver_id": p.To.u.id, "sender_id": p.From.u.id,
		"created_at": said(p.At), "text": cmp.Or(p.Text, eventTexts[p.Subtype]), "data": data,
	})
	return body
}

// note keeps what the person did, for the 48 hours that follow.
func (s *Server) note(p Push) {
	k := s.contact(p.To.u, p.From.u)
	switch {
	case p.Type == "mention":
		if !p.At.Equal(k.heard) { // a repeated push is no second mention
			k.named, k.heard = p.At, p.At
		}
	case p.Subtype == "unfollow":
		k.left = true
	case p.Subtype == "unsubscribe":
	case p.Subtype == "follow":
		k.left, k.wrote = false, p.At
	default:
		k.wrote = p.At
	}
}

// PushTo makes the fan service push all that people do to the account to this
// address, once it has passed the handshake. Whoever speaks as a person waits
// until it is there, or given up.
func (a *Account) PushTo(address string) error {
	if err := a.s.Handshake(address); err != nil {
		return err
	}
	a.s.do(func() { a.u.callback = address })
	return nil
}

// happened pushes what a person did, where the brand wants to know.
func (s *Server) happened(p Push) {
	address := ""
	s.do(func() {
		if p.At.IsZero() {
			p.At = s.now()
		}
		s.note(p)
		address = p.To.u.callback
	})
	if address != "" {
		_ = s.Push(address, p) // Weibo gives up too
	}
}
