package x

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// picture is a PNG file; those of other numbers differ.
func picture(t *testing.T, n uint8) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 2, 2))
	m.SetGray(0, 0, color.Gray{n})
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func animation(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	m := image.NewPaletted(image.Rect(0, 0, 2, 2), color.Palette{color.Black, color.White})
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{m, m}, Delay: []int{1, 1}}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// film begins as an MP4 file does.
func film() []byte {
	return append([]byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42mp41"), make([]byte, 3*chunk)...)
}

// large is a picture of more than three pieces, of which none is like another.
func large(t *testing.T) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	data := picture(t, 9)
	for len(data) < 3*chunk+17 {
		data = append(data, byte(r.Uint32()))
	}
	return data
}

func photo(t *testing.T, n uint8, alt string) network.Image {
	t.Helper()
	return network.Image{Name: "photo.png", Type: "image/png", Data: picture(t, n), Alt: alt}
}

// Pictures keep their bytes, their order and their texts.
func TestPictures(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	alts := []string{"", strings.Repeat("柚", 1000), strings.Repeat("x", 1000), "a & <b> “c”\n🍊"}
	d := network.Draft{Text: "four"}
	for i, alt := range alts {
		d.Images = append(d.Images, photo(t, uint8(i), alt))
	}
	d.Images[2].Data = large(t)
	r.publish(d)
	got := r.s.Posts("brand")[0].Media
	for i, m := range got {
		if !bytes.Equal(m.Data, d.Images[i].Data) || m.Alt != alts[i] {
			t.Errorf("picture %d: %d bytes, %q", i, len(m.Data), m.Alt)
		}
	}
	if len(got) != 4 || r.s.Count("POST /2/media/metadata") != 3 || r.s.Count("POST /2/media/upload/"+got[2].ID+"/append") != 4 {
		t.Errorf("%d pictures, %d texts", len(got), r.s.Count("POST /2/media/metadata"))
	}
}

// A text that is too long for X is refused.
func TestLongAlt(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	_, err := r.c.Prepare(t.Context(), network.Draft{Text: "one", Images: []network.Image{photo(t, 1, strings.Repeat("柚", 1001))}})
	r.fails(err, network.Refused)
}

// The same file is uploaded once, by the same client, for posts and again for posts.
func TestUploadedOnce(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	d := network.Draft{Text: "one", Images: []network.Image{photo(t, 1, "alt"), photo(t, 1, "alt")}}
	r.seal(d)
	r.seal(d)
	if n := r.s.Count("POST /2/media/upload/initialize"); n != 1 {
		t.Errorf("%d uploads", n)
	}
	d.Images[0].Alt = "another"
	r.seal(d)
	if n := r.s.Count("POST /2/media/upload/initialize"); n != 2 {
		t.Errorf("%d uploads of two texts", n)
	}
}

// What X keeps no longer is uploaded again.
func TestExpiredMedia(t *testing.T) {
	t.Parallel()
	now := newClock()
	r := newRig(t, xfake.Options{Clock: now.now, TokenLife: 1000 * time.Hour, Unlimited: true})
	d := network.Draft{Text: "late", Images: []network.Image{photo(t, 1, "alt")}}
	r.seal(d)
	now.pass(25 * time.Hour)
	r.publish(d)
	if got := r.s.Posts("brand")[0].Media; len(got) != 1 || got[0].Alt != "alt" || r.s.Count("POST /2/media/upload/initialize") != 2 {
		t.Errorf("%+v", got)
	}
}

// X works on a file for a while: the caller waits, not we; the upload goes on.
func TestProcessing(t *testing.T) {
	t.Parallel()
	for name, i := range map[string]network.Image{
		"photo": photo(t, 1, "alt"),
		"gif":   {Name: "a.gif", Type: "image/gif", Data: animation(t), Alt: "moving"},
		"video": {Name: "a.mp4", Type: "video/mp4", Data: film()},
	} {
		r := newRig(t, xfake.Options{Unlimited: true, SlowMedia: 3})
		d := network.Draft{Text: name, Images: []network.Image{i}}
		tries := 0
		for ; tries < 10; tries++ {
			_, err := r.c.Prepare(t.Context(), d)
			if err == nil {
				break
			}
			if f := r.fails(err, network.Busy, i.Name); f.Wait != time.Second {
				t.Errorf("%s: wait %v", name, f.Wait)
			}
		}
		r.publish(d)
		got := r.s.Posts("brand")[0].Media
		if tries != 3 || r.s.Count("POST /2/media/upload/initialize") != 1 || !bytes.Equal(got[0].Data, i.Data) || got[0].Alt != i.Alt {
			t.Errorf("%s: %d tries, %+v", name, tries, got[0].Alt)
		}
	}
}

// A file that X can't use is refused, by name; the next try begins anew.
func TestFailedProcessing(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	d := network.Draft{Text: "bad", Images: []network.Image{photo(t, 1, "")}}
	r.s.FailMedia()
	_, err := r.c.Prepare(t.Context(), d)
	for network.ReasonOf(err) == network.Busy {
		_, err = r.c.Prepare(t.Context(), d)
	}
	r.fails(err, network.Refused, "photo.png", "Unsupported media")
	r.publish(d)
}
