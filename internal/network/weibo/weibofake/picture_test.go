package weibofake

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"slices"
	"testing"
)

var (
	png  = append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 100)...)
	jpeg = append([]byte("\xff\xd8\xff\xe0"), make([]byte, 100)...)
	gif  = append([]byte("GIF89a"), make([]byte, 100)...)
)

// upload shares a post with files in the field.
func (a api) upload(text, field string, files ...[]byte) (int, object) {
	a.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, value := range map[string]string{"access_token": a.token, "status": text, "rip": rip} {
		must(a.T, m.WriteField(name, value))
	}
	for _, data := range files {
		w, err := m.CreateFormFile(field, "picture.txt")
		must(a.T, err)
		_, err = w.Write(data)
		must(a.T, err)
	}
	must(a.T, m.Close())
	r, err := http.NewRequest(http.MethodPost, a.s.URL+"/2/statuses/share.json", &body)
	must(a.T, err)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return a.do(r)
}

func TestPictures(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		field string
		files [][]byte
		code  int
	}{
		"PNG":          {"pic", [][]byte{png}, 0},
		"JPEG":         {"pic", [][]byte{jpeg}, 0},
		"GIF":          {"pic", [][]byte{gif}, 0},
		"none":         {"pic", nil, 0},
		"BMP":          {"pic", [][]byte{[]byte("BM" + string(make([]byte, 100)))}, 20005},
		"a page":       {"pic", [][]byte{[]byte("<html>")}, 20005},
		"empty":        {"pic", [][]byte{{}}, 20005},
		"just fits":    {"pic", [][]byte{append(slices.Clone(png), make([]byte, maxPicture-len(png)-1)...)}, 0},
		"too big":      {"pic", [][]byte{append(slices.Clone(png), make([]byte, maxPicture-len(png))...)}, 20006},
		"two":          {"pic", [][]byte{png, gif}, 10017},
		"another name": {"image", [][]byte{png}, 10017},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, a := start(t, Options{})
			status, o := b.upload("with a picture "+link, x.field, x.files...)
			if x.code != 0 {
				b.fails(x.code)(status, o)
				equal(t, "posts", len(a.Posts()), 0)
				return
			}
			b.fine(status, o)
			if got := a.Posts()[0].Picture; len(x.files) > 0 && !bytes.Equal(got, x.files[0]) {
				t.Errorf("%d bytes arrived", len(got))
			}
			equal(t, "pictures", len(o["pic_urls"].([]any)), len(x.files))
		})
	}
}

func TestPictureInAPlainForm(t *testing.T) {
	t.Parallel()
	b, _ := start(t, Options{})
	b.fails(20007)(b.post("/2/statuses/share.json", "status="+link, "rip="+rip, "pic="+string(png)))
}
