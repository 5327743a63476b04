package xfake

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"magpie/internal/network/networktest"
)

// multi sends a form with a file in media.
func (c client) multi(path string, data []byte, fields ...string) got {
	c.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i < len(fields); i += 2 {
		_ = w.WriteField(fields[i], fields[i+1])
	}
	part, _ := w.CreateFormFile("media", "media")
	_, _ = part.Write(data)
	_ = w.Close()
	r, err := http.NewRequestWithContext(c.t.Context(), "POST", c.s.URL+path, &body)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return send(c.t, r)
}

func picture(seed uint8) []byte { return networktest.Picture("x.png", seed).Data }

func (c client) picture(seed uint8) string {
	c.t.Helper()
	return c.multi("/2/media/upload", picture(seed), "media_category", "tweet_image").is(c.t, 200, "").str("data.id")
}

func (c client) sayWith(text string, ids ...string) got {
	c.t.Helper()
	return c.post("/2/tweets", object{"text": text, "media": object{"media_ids": ids}})
}

const badMedia = "Your media IDs are invalid."

func TestPictures(t *testing.T) {
	k := newClock()
	s := Open(t, Options{Clock: k.now, TokenLife: 100 * time.Hour, Accounts: []Account{{Name: "brand"}, {Name: "other"}}})
	me, other := as(t, s, "brand"), as(t, s, "other")
	g := me.multi("/2/media/upload", picture(1), "media_category", "tweet_image").is(t, 200, `"image_type":"image/png"`)
	equal(t, "size", g.at("data.image.w"), 24)
	equal(t, "life", g.at("data.expires_after_secs"), 86400)
	id := g.str("data.id")
	equal(t, "key", g.str("data.media_key"), "3_"+id)
	alt := func(text string) got {
		return me.post("/2/media/metadata", object{"id": id, "metadata": object{"alt_text": object{"text": text}}})
	}
	alt(strings.Repeat("é", 1001)).is(t, 400, "")
	alt(strings.Repeat("é", 1000)).is(t, 200, "associated_metadata")
	other.sayWith("stolen", id).is(t, 400, badMedia)
	second := me.post("/2/media/upload", object{"media": base64.StdEncoding.EncodeToString(picture(2)),
		"media_category": "tweet_image"}).is(t, 200, "").str("data.id")
	me.sayWith("", id, second).is(t, 201, "https://t.co/")
	p := s.Posts("brand")[0]
	if len(p.Media) != 2 || !bytes.Equal(p.Media[1].Data, picture(2)) || p.Media[0].Alt != strings.Repeat("é", 1000) {
		t.Errorf("the server holds %+v", p)
	}
	alt("too late").is(t, 400, "posted already")
	var five []string
	for i := range uint8(5) {
		five = append(five, me.picture(10+i))
	}
	me.sayWith("five", five...).is(t, 400, "/invalid-request")
	me.sayWith("four", five[:4]...).is(t, 201, "")
	me.sayWith("none").is(t, 400, "")
	me.sayWith("unknown", "17").is(t, 400, badMedia)
	k.pass(24 * time.Hour)
	me.sayWith("old", five[4]).is(t, 400, badMedia)
}

func TestUploadRefusals(t *testing.T) {
	s := Open(t, Options{})
	me := as(t, s, "brand")
	me.multi("/2/media/upload", picture(1)).is(t, 400, "media_category")
	me.multi("/2/media/upload", picture(1), "media_category", "tweet_image", "command", "INIT").is(t, 400, "$.command")
	me.multi("/2/media/upload", []byte("<html>"), "media_category", "tweet_image").is(t, 400, "text/html")
	me.multi("/2/media/upload", append(picture(1), make([]byte, maxImage)...), "media_category", "tweet_image").is(t, 400, "exceeds")
	me.multi("/2/media/upload", picture(1), "media_category", "tweet_gif").is(t, 400, "does not fit")
	me.multi("/2/media/upload", nil, "media_category", "tweet_image").is(t, 400, "")
	as(t, s, "brand", "tweet.read").multi("/2/media/upload", picture(1), "media_category", "tweet_image").is(t, 403, "media.write")
}

func TestChunks(t *testing.T) {
	s := Open(t, Options{SlowMedia: 2})
	me := as(t, s, "brand")
	data := picture(3)
	g := me.post("/2/media/upload/initialize", object{"media_type": "image/png", "total_bytes": len(data),
		"media_category": "tweet_image"}).is(t, 200, "media_key")
	path := "/2/media/upload/" + g.str("data.id")
	me.multi(path+"/append", data[50:], "segment_index", "1").is(t, 200, "expires_at")
	me.do("POST", path+"/finalize", nil).is(t, 400, "bytes have come")
	me.multi(path+"/append", data[:50], "segment_index", "0").is(t, 200, "")
	me.multi(path+"/append", data[:50]).is(t, 400, "")
	me.do("POST", path+"/finalize", nil).is(t, 200, `"state":"pending"`)
	me.sayWith("not ready", g.str("data.id")).is(t, 400, badMedia)
	status := "/2/media/upload?command=STATUS&media_id=" + g.str("data.id")
	me.get(status).is(t, 200, `"state":"in_progress"`)
	me.get(status).is(t, 200, `"state":"succeeded"`)
	me.sayWith("ready", g.str("data.id")).is(t, 201, "")
	if !bytes.Equal(s.Posts("brand")[0].Media[0].Data, data) {
		t.Error("the chunks are in the wrong order")
	}
	me.get("/2/media/upload?command=STATUS&media_id=17").is(t, 404, "")
	me.get("/2/media/upload?media_id=17").is(t, 400, "command")
}

func TestProcessingFails(t *testing.T) {
	s := Open(t, Options{})
	me := as(t, s, "brand")
	s.FailMedia()
	id := me.picture(1)
	me.get("/2/media/upload?command=STATUS&media_id="+id).is(t, 200, `"state":"failed"`)
	me.sayWith("failed", id).is(t, 400, badMedia)
	gif := me.multi("/2/media/upload", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "media_category", "tweet_gif").is(t, 200,
		"pending").str("data.id")
	me.get(fmt.Sprintf("/2/media/upload?command=STATUS&media_id=%s", gif)).is(t, 200, "succeeded")
	me.sayWith("two kinds", gif, me.picture(2)).is(t, 400, "1 GIF")
	me.sayWith("one", gif).is(t, 201, "")
}
