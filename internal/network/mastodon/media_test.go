package mastodon

import (
	"bytes"
	"net/http"
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/networktest"
	"magpie/internal/sandbox"
)

// pictured is a post with pictures: always the same one, as far as its key goes.
func pictured(images ...network.Image) network.Draft {
	return network.Draft{Key: "campaign/step/1", Text: "Look", Images: images}
}

// attached are the pictures of the only post that is out.
func attached(t *testing.T, s *sandbox.Server) []sandbox.Media {
	t.Helper()
	all := s.Posts(brand)
	if len(all) != 1 {
		t.Fatalf("%d posts are out", len(all))
	}
	return all[0].Media
}

// What is sent is what the last try had, though the server has an older picture
// of the post, or one with another description.
func TestPictureChangedBetweenTries(t *testing.T) {
	t.Parallel()
	a, b := networktest.Picture("a.png", 1), networktest.Picture("a.png", 2)
	b.Alt = a.Alt
	told := a
	told.Alt = "Something else is told of it"
	split, joined := a, a // nobody may take one for the other
	split.Alt, joined.Alt = "x", "x"+string(a.Data[:1])
	joined.Data = a.Data[1:]
	for name, c := range map[string]struct{ before, after []network.Image }{
		"picture": {[]network.Image{a}, []network.Image{b}}, "alt text": {[]network.Image{a}, []network.Image{told}},
		"one in front": {[]network.Image{a}, []network.Image{b, a}}, "order": {[]network.Image{a, b}, []network.Image{b, a}},
		"one less": {[]network.Image{a, b}, []network.Image{b}}, "none": {[]network.Image{a}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, sandbox.Options{})
			cl := newClient(t, s.URL())
			sealed(t, cl, pictured(c.before...))
			_, err := cl.Publish(t.Context(), sealed(t, cl, pictured(c.after...)))
			must(t, err)
			got := attached(t, s)
			if len(got) != len(c.after) {
				t.Fatalf("%d pictures are out, not %d", len(got), len(c.after))
			}
			for i, want := range c.after {
				if got[i].Alt != want.Alt || !bytes.Equal(got[i].Data, want.Data) {
					t.Errorf("picture %d is another, or has %q for %q", i+1, got[i].Alt, want.Alt)
				}
			}
		})
	}
	if nameOf("k", split) == nameOf("k", joined) {
		t.Error("an alt text that ends as the picture begins is taken for another picture")
	}
}

// The same where the server still works on the first picture as it changes.
func TestPictureChangedWhileServerWorks(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{Variant: sandbox.Variant{SlowMedia: 1}})
	c, d := newClient(t, s.URL()), pictured(networktest.Picture("a.png", 1))
	_, err := c.Prepare(t.Context(), d)
	wants(t, "the first picture", err, network.Busy)
	d.Images[0] = networktest.Picture("a.png", 2)
	for range 2 { // it is uploaded, and then asked for
		_, err = c.Prepare(t.Context(), d)
		wants(t, "the second picture", err, network.Busy)
	}
	_, err = c.Publish(t.Context(), sealed(t, c, d))
	must(t, err)
	if got := attached(t, s); len(got) != 1 || got[0].Alt != d.Images[0].Alt || !bytes.Equal(got[0].Data, d.Images[0].Data) {
		t.Errorf("out is %q", got[0].Alt)
	}
}

// What did not change is uploaded once, however often it is tried.
func TestPictureUploadedOnce(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	c, d := newClient(t, s.URL()), pictured(networktest.Picture("a.png", 1), networktest.Picture("b.png", 2))
	first := sealed(t, c, d)
	s.Fail(sandbox.Fault{Method: http.MethodPost, PathPrefix: "/api/v2/media", Times: -1,
		What: sandbox.Answer(http.StatusInternalServerError, "again", nil)})
	if again := sealed(t, c, d); !bytes.Equal(again.Body, first.Body) {
		t.Errorf("at first %s, and then %s", first.Body, again.Body)
	}
}

// Once a post is out its uploads are forgotten, and no other's. Those of a post
// that the server did not take are kept.
func TestUploadsForgotten(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	c := newClient(t, s.URL())
	one, other := pictured(networktest.Picture("a.png", 1), networktest.Picture("b.png", 2)), pictured(networktest.Picture("a.png", 1))
	other.Key = "campaign/step/10" // begins as the first
	first := sealed(t, c, one)
	sealed(t, c, other)
	s.Fail(sandbox.Fault{Method: http.MethodPost, PathPrefix: "/api/v1/statuses",
		What: sandbox.Answer(http.StatusTooManyRequests, "later", nil)})
	_, err := c.Publish(t.Context(), first)
	wants(t, "publish", err, network.Busy)
	if len(c.media) != 3 {
		t.Errorf("%d uploads are known while nothing is out", len(c.media))
	}
	_, err = c.Publish(t.Context(), first)
	must(t, err)
	if len(c.media) != 1 || c.media[nameOf(other.Key, other.Images[0])].id == "" {
		t.Errorf("known are %v", c.media)
	}
	_, err = c.Publish(t.Context(), sealed(t, c, other))
	must(t, err)
	if len(c.media) != 0 {
		t.Errorf("known are %v", c.media)
	}
}
