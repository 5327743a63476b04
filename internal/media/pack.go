package media

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
)

var errFull = errors.New("too many bytes")

// capped is a buffer that refuses more than most bytes; 0: any number.
type capped struct {
	bytes.Buffer
	most int
}

func (c *capped) Write(p []byte) (int, error) {
	if c.most > 0 && c.Len()+len(p) > c.most {
		return 0, errFull
	}
	return c.Buffer.Write(p)
}

// asPNG is nil if there would be more bytes than that.
func asPNG(m image.Image, most int) []byte {
	out := capped{most: most}
	if err := png.Encode(&out, m); err != nil {
		return nil
	}
	return out.Bytes()
}

// asJPEG is nil if there would be more bytes than that.
func asJPEG(m image.Image, quality, most int) []byte {
	out := capped{most: most}
	if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: quality}); err != nil {
		return nil
	}
	return out.Bytes()
}
