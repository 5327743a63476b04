package weibofake

import (
	"io"
	"mime/multipart"
	"net/http"
)

// maxPicture is one byte more than a picture may have (wiki 2/statuses/share: <5M).
const maxPicture = 5 << 20

// picture is a file as it was sent.
type picture struct {
	field, name string
	data        []byte
}

// readParts reads a form that may have files in it.
func (c *call) readParts() error {
	parts, err := c.r.MultipartReader()
	if err != nil {
		return problem(10008)
	}
	for {
		part, err := parts.NextPart()
		if err == io.EOF { //nolint:errorlint // NextPart promises this very error
			return nil
		}
		if err != nil {
			return problem(10008)
		}
		if err := c.readPart(part); err != nil {
			return err
		}
	}
}

func (c *call) readPart(part *multipart.Part) error {
	data, err := io.ReadAll(part)
	if err != nil {
		return problem(10018)
	}
	if part.FileName() == "" {
		c.params.Add(part.FormName(), string(data))
		return nil
	}
	c.pictures = append(c.pictures, picture{part.FormName(), part.FileName(), data})
	return nil
}

// picture is the one that goes with a post; nil for none.
func (c *call) picture() ([]byte, error) {
	switch {
	case c.params.Has("pic"): // its bytes, or a name, in a plain field
		return nil, problem(20007)
	case len(c.pictures) == 0:
		return nil, nil
	case len(c.pictures) > 1:
		return nil, invalid("pic", "one file", "several")
	case c.pictures[0].field != "pic":
		return nil, invalid("pic", "a file", c.pictures[0].field)
	}
	data := c.pictures[0].data
	if len(data) >= maxPicture {
		return nil, problem(20006)
	}
	switch http.DetectContentType(data) { // by its first bytes, whatever its name is
	case "image/jpeg", "image/gif", "image/png":
		return data, nil
	}
	return nil, problem(20005)
}
