package media

import (
	"bytes"
	"unicode/utf8"
)

// signs are how files begin: "?" stands for any byte. The first that fits
// counts. What is no MIME type is a noun, for files that we don't take.
var signs = []struct{ begin, is string }{
	{"\xff\xd8\xff", typeJPEG},
	{"\x89PNG\r\n\x1a\n", typePNG},
	{"GIF87a", typeGIF},
	{"GIF89a", typeGIF},
	{"RIFF????WEBP", typeWebP},
	{"????ftypqt  ", typeMOV},
	{"????ftyphe", heic},
	{"????ftypmif1", heic},
	{"????ftypmsf1", heic},
	{"????ftypavi", "an AVIF picture"},
	{"????ftypM4A", "sound"},
	{"????ftyp", typeMP4},
	{"????moov", typeMOV},
	{"????mdat", typeMOV},
	{"????wide", typeMOV},
	{"????free", typeMOV},
	{"\x1a\x45\xdf\xa3", "a WebM or Matroska video"},
	{"RIFF????AVI ", "an AVI video"},
	{"RIFF????WAVE", "sound"},
	{"ID3", "sound"},
	{"%PDF-", "a PDF"},
	{"8BPS", "a Photoshop file"},
	{"BM????\x00\x00\x00\x00", "a BMP picture"},
	{"II*\x00", "a TIFF picture"},
	{"MM\x00*", "a TIFF picture"},
	{"\xff\x0a", "a JPEG XL picture"},
	{"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"},
	{"PK\x03\x04", "a ZIP archive or an office document"},
	{"version https://git-lfs", pointer},
}

const (
	heic    = "a HEIC picture, as iPhones take them"
	pointer = "only a Git LFS pointer"
	nothing = "nothing"
	unknown = "something unknown"
)

// sniff is the MIME type of a format that we know, or a noun for what it is.
func sniff(data []byte) string {
	for _, s := range signs {
		if begins(data, s.begin) {
			return s.is
		}
	}
	return words(data)
}

func begins(data []byte, sign string) bool {
	if len(data) < len(sign) {
		return false
	}
	for n := range len(sign) {
		if sign[n] != '?' && data[n] != sign[n] {
			return false
		}
	}
	return true
}

// words is what to call data that may be text.
func words(data []byte) string {
	head := bytes.ToLower(bytes.TrimSpace(data[:min(len(data), 1024)]))
	switch {
	case len(data) == 0:
		return nothing
	case bytes.Contains(head, []byte("<svg")):
		return "an SVG drawing"
	case bytes.HasPrefix(head, []byte("<!doctype html")), bytes.HasPrefix(head, []byte("<html")):
		return "a web page"
	case readable(head):
		return "text"
	}
	return unknown
}

// readable tells whether head is text, whose last letter may be cut.
func readable(head []byte) bool {
	for cut := 0; cut < 4 && cut < len(head); cut++ {
		if utf8.Valid(head[:len(head)-cut]) {
			return bytes.IndexByte(head, 0) < 0
		}
	}
	return false
}

// hints are what to do about files that we don't take.
var hints = map[string]string{
	heic:              "save it as JPEG",
	pointer:           "run git lfs pull",
	"an SVG drawing":  "save it as PNG",
	"a BMP picture":   "save it as PNG",
	"a TIFF picture":  "save it as JPEG or PNG",
	"an AVIF picture": "save it as JPEG or PNG",
	"a web page":      "was it downloaded by mistake?",

	"a JPEG XL picture":        "save it as JPEG or PNG",
	"a Photoshop file":         "save it as JPEG or PNG",
	"a WebM or Matroska video": "save it as MP4",
	"an AVI video":             "save it as MP4",
}

// foreign is the problem of a file that is none of our formats.
func foreign(name, is string) error {
	if is == nothing {
		return &Problem{name, "is empty", ""}
	}
	if hint := hints[is]; hint != "" {
		return &Problem{name, "is " + is, hint}
	}
	return &Problem{name, "is " + noun(name), "it holds " + is}
}
