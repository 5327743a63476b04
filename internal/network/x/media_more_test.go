package x

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

const uploads = "POST /2/media/upload/initialize"

// Messages have categories of their own, and carry one picture.
func TestDirectMedia(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	ann := r.s.Person("ann")
	ann.Wrote("brand")
	to := &network.Person{ID: ann.ID()}
	for _, i := range []network.Image{photo(t, 1, "alt"), {Name: "a.gif", Type: "image/gif", Data: animation(t)}} {
		d := network.Draft{Text: "look: " + i.Name, Direct: true, To: to, Images: []network.Image{i}}
		s, err := r.c.Prepare(t.Context(), d)
		for network.ReasonOf(err) == network.Busy && err != nil {
			s, err = r.c.Prepare(t.Context(), d)
		}
		r.ok(err)
		_, err = r.c.Publish(t.Context(), s)
		r.ok(err)
		all := r.s.Messages("brand")
		if got := all[len(all)-1].Media; len(got) != 1 || !bytes.Equal(got[0].Data, i.Data) {
			t.Errorf("%s: %d pictures", i.Name, len(got))
		}
	}
}

// More pictures than a message carries are refused, not lost.
func TestDirectWithTwoPicturesIsRefused(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	ann := r.s.Person("ann")
	ann.Wrote("brand")
	d := network.Draft{Text: "two", Direct: true, To: &network.Person{ID: ann.ID()}, Images: []network.Image{photo(t, 1, ""), photo(t, 2, "")}}
	s, err := r.c.Prepare(t.Context(), d)
	if err == nil {
		_, err = r.c.Publish(t.Context(), s)
	}
	r.fails(err, network.Refused)
	if r.s.Count(uploads) != 0 {
		t.Error("pictures were uploaded all the same")
	}
}

// Nobody sees an upload: whatever goes wrong with it, it is tried again.
func TestUploadTrouble(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"initialize", "append", "finalize", "metadata"} {
		for name, rule := range map[string]xfake.Rule{
			"503": {Status: 503}, "cut": {Drop: true}, "lost": {Stored: true, Drop: true}, "rubbish": {Status: 200, Body: "<html>"},
			"429": {Status: 429, Header: http.Header{"Retry-After": {"7"}}},
		} {
			if name == "rubbish" && (path == "append" || path == "metadata") {
				continue // their answers say nothing
			}
			t.Run(path+" "+name, func(t *testing.T) {
				t.Parallel()
				r := boundless(t)
				d := network.Draft{Text: "one", Images: []network.Image{photo(t, 1, "alt")}}
				rule.Method, rule.Path = "POST", r.mediaPath(path)
				rule.After = map[string]int{"append": 1, "finalize": 2}[path]
				r.s.Fail(rule)
				_, err := r.c.Prepare(t.Context(), d)
				r.fails(err, network.Busy)
				r.publish(d)
				if got := r.s.Posts("brand")[0].Media; len(got) != 1 || got[0].Alt != "alt" {
					t.Errorf("%+v", got)
				}
			})
		}
	}
}

// mediaPath is where a step of an upload goes; append and finalize have ids in theirs.
func (r *rig) mediaPath(step string) string {
	switch step {
	case "metadata":
		return "/2/media/metadata"
	case "initialize":
		return "/2/media/upload/initialize"
	}
	return "/2/media/upload/"
}

// Trouble with the text does not upload the file again.
func TestRefusedAltTextDoesNotUploadAgain(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	d := network.Draft{Text: "one", Images: []network.Image{photo(t, 1, "alt")}}
	r.s.Fail(xfake.Rule{Path: "/2/media/metadata", Times: 3, Status: 429})
	for range 3 {
		_, err := r.c.Prepare(t.Context(), d)
		r.fails(err, network.Busy)
	}
	r.publish(d)
	if got := r.s.Posts("brand")[0].Media; got[0].Alt != "alt" || r.s.Count(uploads) != 1 {
		t.Errorf("%d uploads, text %q", r.s.Count(uploads), got[0].Alt)
	}
}

// What is refused is refused at once: a file of the wrong kind, or too large.
func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	for _, i := range []network.Image{
		{Name: "text.png", Type: "image/png", Data: []byte("no picture")},
		{Name: "empty.png", Type: "image/png"},
		{Name: "gif.png", Type: "image/png", Data: animation(t)},
		{Name: "large.png", Type: "image/png", Data: slices.Concat(picture(t, 1), make([]byte, 5<<20))},
	} {
		_, err := r.c.Prepare(t.Context(), network.Draft{Text: "x", Images: []network.Image{i}})
		r.fails(err, network.Refused)
	}
}

// A post that was sealed while its pictures were fresh, and waited too long.
func TestSealedTooLong(t *testing.T) {
	t.Parallel()
	now := newClock()
	r := newRig(t, xfake.Options{Clock: now.now, TokenLife: 1000 * time.Hour, Unlimited: true})
	s := r.seal(network.Draft{Text: "late", Images: []network.Image{photo(t, 1, "alt")}})
	now.pass(25 * time.Hour)
	_, err := r.c.Publish(t.Context(), s)
	if r.fails(err, network.Refused); !strings.Contains(strings.ToLower(err.Error()), "media") {
		t.Error(err)
	}
}
