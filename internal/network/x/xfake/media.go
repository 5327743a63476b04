package xfake

import (
	"bytes"
	"image"
	_ "image/gif"  // their
	_ "image/jpeg" // sizes
	_ "image/png"  // are told
	"net/http"
	"slices"
	"strings"
	"time"
)

// mediaLife is how long an upload can be posted (docs/networks.md, X, Endpoints).
const mediaLife = 24 * time.Hour

// Sizes of media, in bytes.
const (
	maxImage = 5 << 20
	maxGIF   = 15 << 20
	maxVideo = 512 << 20
)

// media is one upload.
type media struct {
	id       string
	owner    *user
	category string
	kind     string // MIME type
	data     []byte
	alt      string
	until    time.Time
	chunks   map[int][]byte
	total    int // bytes announced, where it comes in chunks
	done     bool
	wait     int  // STATUS calls until it is ready
	asked    int  // STATUS calls so far
	fail     bool // processing will fail
}

var keyOf = map[string]string{"tweet_image": "3", "tweet_gif": "16", "tweet_video": "13", "amplify_video": "13"}

func (m *media) key() string {
	prefix := keyOf[m.category]
	if prefix == "" {
		prefix = "3"
	}
	return prefix + "_" + m.id
}

// ready tells whether a post may have it.
func (m *media) ready() bool { return m.done && !m.fail && m.asked >= m.wait }

// state is processing_info; nil where there is nothing to process.
func (m *media) state() object {
	switch {
	case m.wait == 0 && !m.fail:
		return nil
	case m.asked == 0:
		return object{"state": "pending", "check_after_secs": 1}
	case m.asked < m.wait:
		return object{"state": "in_progress", "check_after_secs": 1, "progress_percent": 100 * m.asked / m.wait}
	case m.fail:
		return object{"state": "failed", "progress_percent": 0, "error": object{"code": 1, "name": "InvalidMedia",
			"message": "Unsupported media"}}
	}
	return object{"state": "succeeded", "progress_percent": 100}
}

var categories = []string{"tweet_image", "tweet_gif", "tweet_video", "amplify_video", "dm_image", "dm_gif", "dm_video", "subtitles"}

func (s *Server) newMedia(owner *user, category, kind string) (*media, error) {
	if !slices.Contains(categories, category) {
		return nil, invalid("media_category", category, "$.media_category: does not have a value in the enumeration [%s]",
			strings.Join(categories, ", "))
	}
	m := &media{id: s.ids.next(), owner: owner, category: category, kind: kind, until: s.now().Add(mediaLife), chunks: map[int][]byte{}}
	s.media[m.id] = m
	return m, nil
}

// finish has all bytes: it checks them, and begins what X does with them.
func (s *Server) finish(m *media, data []byte) error {
	kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
	limit := map[string]int{"image/png": maxImage, "image/jpeg": maxImage, "image/webp": maxImage, "image/gif": maxGIF,
		"video/mp4": maxVideo}[kind]
	moving := strings.HasSuffix(m.category, "gif") && kind == "image/gif" || strings.HasSuffix(m.category, "video") && kind == "video/mp4"
	still := strings.HasSuffix(m.category, "image") && strings.HasPrefix(kind, "image/") && kind != "image/gif"
	switch {
	case limit == 0 || (!moving && !still):
		delete(s.media, m.id)
		return invalid("media", "", "The media type %s does not fit the category %s.", kind, m.category)
	case len(data) > limit:
		delete(s.media, m.id)
		return invalid("media", "", "The media size %d exceeds the allowed limit %d.", len(data), limit)
	}
	m.data, m.kind, m.done, m.wait = data, kind, true, s.options.SlowMedia
	m.fail, s.feed.failMedia = s.feed.failMedia, false
	if moving || m.fail {
		m.wait = max(m.wait, 1)
	}
	return nil
}

// FailMedia makes the processing of the next upload fail.
func (s *Server) FailMedia() { s.do(func() { s.feed.failMedia = true }) }

func (s *Server) wireUpload(m *media) object {
	x := object{"id": m.id, "media_key": m.key(), "expires_after_secs": int(m.until.Sub(s.now()) / time.Second)}
	if !m.done {
		return x
	}
	x["size"] = len(m.data)
	if config, _, err := image.DecodeConfig(bytes.NewReader(m.data)); err == nil {
		x["image"] = object{"w": config.Width, "h": config.Height, "image_type": m.kind}
	}
	if state := m.state(); state != nil {
		x["processing_info"] = state
	}
	return x
}

// wireMedia is media as posts include it.
func wireMedia(list []*media, fields []string) (all []object) {
	for _, m := range list {
		x := object{"media_key": m.key(), "type": map[string]string{"tweet_gif": "animated_gif", "tweet_video": "video"}[m.category]}
		if x["type"] == "" {
			x["type"] = "photo"
		}
		for _, name := range fields {
			switch {
			case name == "alt_text" && m.alt != "":
				x[name] = m.alt
			case name == "url" && x["type"] == "photo":
				x[name] = "https://pbs.twimg.com/media/" + m.id
			}
		}
		all = append(all, x)
	}
	return all
}
