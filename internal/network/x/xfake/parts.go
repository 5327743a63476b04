package xfake

import (
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"slices"
)

// parts reads an upload: multipart, or JSON with base64 in media.
func (c *call) parts() (fields map[string]string, data []byte, err error) {
	kind, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	fields = map[string]string{}
	if kind != "multipart/form-data" {
		var in map[string]any
		if err := c.decode(&in); err != nil {
			return nil, nil, err
		}
		for name, value := range in {
			fields[name] = fmt.Sprint(value)
		}
		data, err = base64.StdEncoding.DecodeString(fields["media"])
		delete(fields, "media")
	} else {
		data, err = c.multipart(fields)
	}
	if err != nil || len(data) == 0 {
		return nil, nil, invalid("media", "", "$.media: is missing or can't be read")
	}
	return fields, data, nil
}

func (c *call) multipart(fields map[string]string) (data []byte, err error) {
	r, err := c.r.MultipartReader()
	if err != nil {
		return nil, err
	}
	for {
		part, err := r.NextPart()
		if err == io.EOF { //nolint:errorlint // the very error
			return data, nil
		}
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return nil, err
		}
		if part.FormName() == "media" {
			data = text
		} else {
			fields[part.FormName()] = string(text)
		}
	}
}

// only refuses fields of a form that are not among these.
func only(fields map[string]string, names ...string) error {
	for name := range fields {
		if !slices.Contains(names, name) {
			return invalid("", "", "$.%s: is not defined in the schema and the schema does not allow additional properties", name)
		}
	}
	return nil
}
