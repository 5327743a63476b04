package sandbox

import (
	"bytes"
	"image"
	_ "image/gif"  // the formats whose size is told
	_ "image/jpeg" // same
	_ "image/png"  // same
	"io"
	"net/http"
	"slices"
	"unicode/utf8"
)

// Limits of pictures (Mastodon documentation, GET /api/v2/instance).
const (
	imageLimit = 16_777_216 // bytes
	altLimit   = 1500       // characters
	imagesMax  = 4          // per post
)

var imageTypes = []string{"image/jpeg", "image/png", "image/gif", "image/webp"}

// postMedia is POST /api/v2/media.
func (s *Server) postMedia(c *call) (any, error) {
	data, err := upload(c)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(imageTypes, http.DetectContentType(data)) {
		return nil, unprocessable("File content type is invalid, File is invalid")
	}
	if err := checkAlt(c.get("description")); err != nil {
		return nil, err
	}
	m := &medium{
		id: s.world.ids.next(), kind: http.DetectContentType(data), alt: c.get("description"),
		data: data, wait: s.options.Variant.SlowMedia, owner: c.me,
	}
	if size, _, err := image.DecodeConfig(bytes.NewReader(data)); err == nil {
		m.width, m.height = size.Width, size.Height
	}
	s.world.media[m.id] = m
	if m.wait > 0 {
		c.status = http.StatusAccepted
	}
	return s.wireMedium(m), nil
}

func upload(c *call) ([]byte, error) {
	if c.r.MultipartForm == nil {
		return nil, unprocessable("File can't be blank")
	}
	file, _, err := c.r.FormFile("file")
	if err != nil {
		return nil, unprocessable("File can't be blank")
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(file)
	if err != nil {
		return nil, badBody(err)
	}
	if len(data) > imageLimit {
		return nil, unprocessable("File file size must be less than 16 MB")
	}
	return data, nil
}

func checkAlt(alt string) error {
	if utf8.RuneCountInString(alt) > altLimit {
		return unprocessable("Description is too long (maximum is %d characters)", altLimit)
	}
	return nil
}

func (s *Server) mediumOf(c *call) (*medium, error) {
	m := s.world.media[c.r.PathValue("id")]
	if m == nil || m.owner != c.me || m.status != nil {
		return nil, errNotFound
	}
	return m, nil
}

// getMedia is GET /api/v1/media/:id: 206 until the picture is ready.
func (s *Server) getMedia(c *call) (any, error) {
	m, err := s.mediumOf(c)
	if err == nil && s.options.Variant.NoMediaStatus {
		err = errNotFound
	}
	if err != nil {
		return nil, err
	}
	if m.wait > 0 {
		m.wait--
		c.status = http.StatusPartialContent
	}
	return s.wireMedium(m), nil
}

func (s *Server) putMedia(c *call) (any, error) {
	m, err := s.mediumOf(c)
	if err != nil {
		return nil, err
	}
	if err := checkAlt(c.get("description")); err != nil {
		return nil, err
	}
	if c.params.Has("description") {
		m.alt = c.get("description")
	}
	return s.wireMedium(m), nil
}

// readAttached reads media_ids of a post.
func (s *Server) readAttached(c *call, d *draft) error {
	ids := c.params["media_ids"]
	if len(ids) > imagesMax {
		return unprocessable("Cannot attach more than %d files", imagesMax)
	}
	for _, id := range ids {
		m := s.world.media[id]
		switch {
		case m == nil || m.owner != c.me || m.status != nil:
			return unprocessable("Media %s not found or already attached to another post", id)
		case m.wait > 0:
			if s.options.Variant.NoMediaStatus {
				m.wait--
			}
			return fail(http.StatusUnprocessableEntity, "Cannot attach files that have not finished processing. Try again in a moment!")
		}
		d.media = append(d.media, m)
	}
	return nil
}

// serveMedia shows the picture itself.
func (s *Server) serveMedia(w http.ResponseWriter, r *http.Request) {
	var m *medium
	s.do(func() { m = s.world.media[r.PathValue("id")] })
	if m == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", m.kind)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(m.data)
}
