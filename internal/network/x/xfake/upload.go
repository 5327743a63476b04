package xfake

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// altLimit is how many characters describe a picture.
const altLimit = 1000

// postUpload is POST /2/media/upload: a picture in one piece.
func (s *Server) postUpload(c *call) (any, error) {
	fields, data, err := c.parts()
	if err == nil {
		err = only(fields, "media_category", "media_type", "additional_owners", "shared")
	}
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(fields["media_category"], "video") {
		return nil, invalid("media_category", fields["media_category"], "A video comes in chunks.")
	}
	m, err := s.newMedia(c.me, fields["media_category"], fields["media_type"])
	if err != nil {
		return nil, err
	}
	if err := s.finish(m, data); err != nil {
		return nil, err
	}
	return object{"data": s.wireUpload(m)}, nil
}

// own is an upload of the account that is not too old.
func (s *Server) own(c *call, id string) (*media, error) {
	if m := s.media[id]; m != nil && m.owner == c.me && s.now().Before(m.until) {
		return m, nil
	}
	return nil, gone("media", "id", id)
}

// getUpload is GET /2/media/upload?command=STATUS: each call is one step on.
func (s *Server) getUpload(c *call) (any, error) {
	if c.query.Get("command") != "STATUS" {
		return nil, invalid("command", c.query.Get("command"), "The `command` query parameter value is not STATUS")
	}
	m, err := s.own(c, c.query.Get("media_id"))
	if err != nil {
		return nil, err
	}
	m.asked++
	return object{"data": s.wireUpload(m)}, nil
}

// postInitialize is POST /2/media/upload/initialize.
func (s *Server) postInitialize(c *call) (any, error) {
	var in struct {
		Type     string   `json:"media_type"`
		Total    int      `json:"total_bytes"`
		Category string   `json:"media_category"`
		Owners   []string `json:"additional_owners"`
		Shared   bool     `json:"shared"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.Total <= 0 || in.Total > maxVideo || in.Type == "" {
		return nil, invalid("total_bytes", strconv.Itoa(in.Total), "$.total_bytes and $.media_type: are missing or out of range")
	}
	m, err := s.newMedia(c.me, in.Category, in.Type)
	if err != nil {
		return nil, err
	}
	m.total = in.Total
	return object{"data": s.wireUpload(m)}, nil
}

// postAppend is POST /2/media/upload/:id/append; the same segment may come again.
func (s *Server) postAppend(c *call) (any, error) {
	m, err := s.own(c, c.r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	fields, data, err := c.parts()
	if err == nil {
		err = only(fields, "segment_index")
	}
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(fields["segment_index"])
	if err != nil || n < 0 || n > 999 || m.total == 0 || m.done {
		return nil, invalid("segment_index", fields["segment_index"], "The segment does not belong here.")
	}
	m.chunks[n] = data
	return object{"data": object{"expires_at": m.until.Unix()}}, nil
}

// postFinalize is POST /2/media/upload/:id/finalize.
func (s *Server) postFinalize(c *call) (any, error) {
	m, err := s.own(c, c.r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	var data []byte
	for n := range len(m.chunks) {
		data = append(data, m.chunks[n]...)
	}
	if m.done || m.total == 0 || len(data) != m.total {
		return nil, invalid("id", m.id, "%d of %d bytes have come.", len(data), m.total)
	}
	if err := s.finish(m, data); err != nil {
		return nil, err
	}
	return object{"data": s.wireUpload(m)}, nil
}

// postMetadata is POST /2/media/metadata, before the post is created.
func (s *Server) postMetadata(c *call) (any, error) {
	var in struct {
		ID       string `json:"id"`
		Metadata struct {
			Alt struct {
				Text string `json:"text"`
			} `json:"alt_text"`
		} `json:"metadata"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	m, err := s.own(c, in.ID)
	text := in.Metadata.Alt.Text
	switch {
	case err != nil:
		return nil, err
	case utf8.RuneCountInString(text) > altLimit:
		return nil, invalid("", "", "$.metadata.alt_text.text: may only be %d characters long", altLimit)
	case slices.ContainsFunc(s.posts, func(p *post) bool { return slices.Contains(p.media, m) }):
		return nil, invalid("id", in.ID, "The media is posted already.")
	}
	if err := s.pay(priceMetadata); err != nil {
		return nil, err
	}
	m.alt = text
	return object{"data": object{"id": m.id, "associated_metadata": object{"alt_text": object{"text": text}}}}, nil
}
