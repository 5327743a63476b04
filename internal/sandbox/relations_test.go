package sandbox

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
)

func (c client) me() string {
	c.t.Helper()
	return c.must(200, "GET", "/api/v1/accounts/verify_credentials", nil).text("id")
}

func (c client) kinds() (all []string) {
	c.t.Helper()
	var page []wireNotification
	c.must(200, "GET", "/api/v1/notifications", nil).into(&page)
	for _, n := range page {
		all = append(all, n.Type)
	}
	return all
}

func TestFollowsAndLockedAccounts(t *testing.T) {
	s, c := start(t, Options{Variant: Variant{Locked: true}})
	ann, bob := s.Person("ann"), s.Person("bob", Reserved())
	ann.Follow("outlet")
	ann.Follow("outlet")
	if got := strings.Join(c.kinds(), " "); got != "follow_request" {
		t.Errorf("got %s", got)
	}
	if got := c.must(200, "GET", "/api/v1/follow_requests", nil).ids(); len(got) != 1 || got[0] != ann.ID() {
		t.Errorf("got %v", got)
	}
	r := c.must(200, "POST", "/api/v1/follow_requests/"+ann.ID()+"/authorize", nil)
	if !strings.Contains(string(r.body), `"followed_by":true`) {
		t.Errorf("got %s", r.body)
	}
	r = c.must(200, "POST", "/api/v1/accounts/"+bob.ID()+"/follow", nil)
	if !strings.Contains(string(r.body), `"requested":true`) || !strings.Contains(string(r.body), `"following":false`) {
		t.Errorf("got %s", r.body)
	}
	c.must(404, "POST", "/api/v1/accounts/7/follow", nil)
	ann.Block("outlet")
	c.must(403, "POST", "/api/v1/accounts/"+ann.ID()+"/follow", nil)
}

func TestMissingNotificationTypes(t *testing.T) {
	s, c := start(t, Options{Variant: Variant{MissingNotificationTypes: []string{"follow"}}})
	ann := s.Person("ann")
	ann.Follow("outlet")
	ann.Say("hi", "outlet")
	if got := strings.Join(c.kinds(), " "); got != "mention" {
		t.Errorf("got %s", got)
	}
}

func TestPolicyHoldsStrangersBack(t *testing.T) {
	s, c := start(t, Options{Variant: Variant{FilterStrangers: true}})
	s.Person("ann").SayDirect("hi", "outlet")
	if got := c.kinds(); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	if got := c.must(200, "GET", "/api/v1/notifications?include_filtered=true", nil).ids(); len(got) != 1 {
		t.Errorf("got %v", got)
	}
	c.must(200, "PATCH", "/api/v2/notifications/policy", object{"for_not_following": "accept", "for_private_mentions": "accept"})
	s.Person("bob").SayDirect("hi", "outlet")
	if got := c.kinds(); len(got) != 1 {
		t.Errorf("got %v", got)
	}
	c.must(422, "PATCH", "/api/v2/notifications/policy", object{"for_not_following": "perhaps"})
}

func TestConversations(t *testing.T) {
	s, c := start(t, Options{})
	id := s.Person("ann").SayDirect("hi", "outlet")
	answer := c.post(object{"status": "@ann hello", "visibility": "direct", "in_reply_to_id": id})
	s.Person("bob").SayDirect("me too", "outlet")
	s.Person("bob").Say("in public", "outlet")
	var all []struct {
		ID         string
		Unread     bool
		LastStatus struct{ ID string } `json:"last_status"`
	}
	c.must(200, "GET", "/api/v1/conversations", nil).into(&all)
	if len(all) != 2 || all[1].LastStatus.ID != answer || all[1].Unread || !all[0].Unread {
		t.Fatalf("got %+v", all)
	}
	c.must(200, "POST", "/api/v1/conversations/"+all[0].ID+"/read", nil)
	c.must(200, "GET", "/api/v1/conversations", nil).into(&all)
	if all[0].Unread {
		t.Error("still unread")
	}
	_, without := start(t, Options{Variant: Variant{NoConversations: true}})
	without.must(404, "GET", "/api/v1/conversations", nil)
}

func (c client) upload(data []byte, alt string) reply {
	c.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", "a.png")
	if err != nil {
		c.t.Fatal(err)
	}
	_, _ = part.Write(data)
	_ = w.WriteField("description", alt)
	_ = w.Close()
	r, err := http.NewRequestWithContext(c.t.Context(), "POST", c.s.URL()+"/api/v2/media", &b)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+c.token)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var body bytes.Buffer
	_, _ = body.ReadFrom(resp.Body)
	return reply{resp.StatusCode, resp.Header, body.Bytes(), c.t}
}

func dot(t *testing.T) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestMedia(t *testing.T) {
	s, c := start(t, Options{Variant: Variant{SlowMedia: 2}})
	up := c.upload(dot(t), "a dot")
	if up.status != 202 || up.text("url") != "" {
		t.Fatalf("got %d %s", up.status, up.body)
	}
	id := up.text("id")
	if r := c.must(422, "POST", "/api/v1/statuses", object{"status": "x", "media_ids": []string{id}}); !strings.Contains(r.text("error"),
		"finished processing") {
		t.Errorf("got %s", r.body)
	}
	c.must(206, "GET", "/api/v1/media/"+id, nil)
	c.must(206, "GET", "/api/v1/media/"+id, nil)
	c.must(200, "GET", "/api/v1/media/"+id, nil)
	c.must(200, "PUT", "/api/v1/media/"+id, object{"description": "a better dot"})
	c.as("sandbox-help").must(404, "GET", "/api/v1/media/"+id, nil)
	c.post(object{"media_ids": []string{id}})
	if m := s.Posts("outlet")[0].Media; len(m) != 1 || m[0].Alt != "a better dot" || m[0].Type != "image/png" {
		t.Errorf("got %+v", m)
	}
	if r := c.must(200, "GET", "/media/"+id, nil); !bytes.Equal(r.body, dot(t)) {
		t.Error("the picture changed")
	}
	c.must(422, "POST", "/api/v1/statuses", object{"media_ids": []string{id}})
	if r := c.upload([]byte("no picture"), ""); r.status != 422 {
		t.Errorf("got %d", r.status)
	}
	if r := c.upload(dot(t), strings.Repeat("字", 1501)); r.status != 422 {
		t.Errorf("got %d", r.status)
	}
	if r := c.upload(make([]byte, maxUpload+1), ""); r.status != 413 {
		t.Errorf("got %d", r.status)
	}
}
