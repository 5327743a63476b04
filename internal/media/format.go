package media

import (
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"path"
	"slices"
	"strings"

	"golang.org/x/image/webp"
)

// format is a kind of file that we know inside out.
type format struct {
	name   string   // for people
	ends   []string // endings, the usual one first
	look   func(data []byte, i *Info) error
	decode func(io.Reader) (image.Image, error) // nil: never decoded
}

const (
	typeJPEG = "image/jpeg"
	typePNG  = "image/png"
	typeGIF  = "image/gif"
	typeWebP = "image/webp"
	typeMP4  = "video/mp4"
	typeMOV  = "video/quicktime"
)

var formats = map[string]format{
	typeJPEG: {"JPEG", []string{".jpg", ".jpeg", ".jpe", ".jfif"}, lookJPEG, jpeg.Decode},
	typePNG:  {"PNG", []string{".png"}, lookPNG, png.Decode},
	typeGIF:  {"GIF", []string{".gif"}, lookGIF, gif.Decode},
	typeWebP: {"WebP", []string{".webp"}, lookWebP, webp.Decode},
	typeMP4:  {"MP4 video", []string{".mp4", ".m4v"}, lookMovie, nil},
	typeMOV:  {"QuickTime video", []string{".mov", ".qt"}, lookMovie, nil},
}

// named complains of a name whose ending belongs to another format. An ending
// that is no format's, or none, says nothing wrong.
func (f format) named(name string) error {
	end := strings.ToLower(path.Ext(name))
	if slices.Contains(f.ends, end) {
		return nil
	}
	for _, other := range formats {
		if slices.Contains(other.ends, end) {
			return &Problem{name, "says " + end + " but is " + article(f.name), "rename it to end in " + f.ends[0]}
		}
	}
	return nil
}

// noun is what a name's ending promises.
func noun(name string) string {
	end := strings.ToLower(path.Ext(name))
	if slices.Contains([]string{".mp4", ".m4v", ".mov", ".qt", ".webm"}, end) {
		return "no video"
	}
	return "no picture"
}

// article puts a or an before a format's name.
func article(format string) string {
	if strings.HasPrefix(format, "MP4") {
		return "an " + format
	}
	return "a " + format
}

func isCut(err error) bool {
	return errors.Is(err, errCut) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}

func isRare(err error) bool {
	var j jpeg.UnsupportedError
	var p png.UnsupportedError
	return errors.As(err, &j) || errors.As(err, &p)
}
