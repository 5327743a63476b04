// Package media looks at the pictures, animated GIFs and videos of a campaign
// and makes pictures fit a network: upright, no larger than allowed, and
// without a word about who took them where. GIFs and videos are checked and
// passed on as they are. It knows no network, reads no file and keeps nothing.
// Begin with Look and Fit.
package media

import (
	"errors"
	"fmt"
	"time"
)

// Kind is what a file is to a network.
type Kind string

// The kinds of files.
const (
	Picture Kind = "picture"
	GIF     Kind = "animated GIF" // a GIF that doesn't move is a picture
	Video   Kind = "video"
)

// Info is what a file really holds.
type Info struct {
	Name          string
	Kind          Kind
	Type          string // MIME type, by content
	Bytes         int
	Width, Height int           // as people see it: after turning it upright
	Frames        int           // of a GIF; else 1
	Duration      time.Duration // of a video
	Notes         []string      // what a person should know, in words that follow the file's name

	turn    int      // EXIF orientation: 1 is upright, 2 to 8 are not
	weight  int      // bytes that a pixel takes while it is decoded, at most; 4 or more
	photo   bool     // lost details already: JPEG, lossy WebP
	inks    bool     // CMYK
	profile []byte   // the ICC profile; nil if none
	colours *colours // how to convert it; nil: not at all
}

// Problem is what is wrong with a file, in a marketer's words.
type Problem struct {
	File string // as given
	Text string // follows the file's name: "is cut off"
	Hint string // what to do; may be empty
}

func (p *Problem) Error() string {
	if p.Hint == "" {
		return p.File + " " + p.Text
	}
	return p.File + " " + p.Text + ": " + p.Hint
}

// What opening a picture may cost: see docs/decisions/media.md.
const (
	mostPixels = 1 << 26   // 8192 × 8192
	mostMemory = 400 << 20 // bytes, to decode it
)

// Look tells what data is by its content; name serves the messages, and its
// ending must be true. It walks the file's structure from end to end and
// decodes no pixel: it is quick, and a damaged pixel is Fit's to find. Every
// error is a *Problem; next to one that only concerns the ending, Info is
// complete.
func Look(name string, data []byte) (i Info, err error) {
	defer rescue(name, &err)
	mime := sniff(data)
	f, known := formats[mime]
	if !known {
		return Info{}, foreign(name, mime)
	}
	i = Info{Name: name, Kind: Picture, Type: mime, Bytes: len(data), Frames: 1, turn: 1, weight: 4}
	if err := f.look(data, &i); err != nil {
		return Info{}, explain(name, f.name, err)
	}
	if i.Width < 1 || i.Height < 1 {
		return Info{}, explain(name, f.name, errBroken)
	}
	if i.Kind != Video && i.Width*i.Height > min(mostPixels, mostMemory/i.weight) {
		return Info{}, &Problem{name, fmt.Sprintf("is too large to open, with %d×%d pixels", i.Width, i.Height), "make it smaller"}
	}
	i.describe()
	return i, f.named(name)
}

// describe completes what the file's structure has told.
func (i *Info) describe() {
	if i.turn > 4 {
		i.Width, i.Height = i.Height, i.Width
	}
	var readable bool
	if i.colours, readable = readProfile(i.profile); !readable {
		i.Notes = append(i.Notes, "has a colour profile that can't be converted: its colours may look dull, so better save it as sRGB")
	}
	if i.inks {
		i.Notes = append(i.Notes, "is in the colours of print (CMYK), which screens show differently: better save it as RGB")
	}
}

// As tells whether the file may stand where a campaign asks for a picture, a
// GIF or a video.
func (i Info) As(want Kind) error {
	if i.Kind == want {
		return nil
	}
	switch i.Kind {
	case GIF:
		return &Problem{i.Name, "is animated", "use it alone, as gif:"}
	case Video:
		return &Problem{i.Name, "is a video", "use it alone, as video:"}
	}
	return &Problem{i.Name, "is a picture that doesn't move", "use it as image:"}
}

// What the parts that read one format return.
var (
	errCut    = errors.New("is cut off")
	errBroken = errors.New("is broken")
)

// explain makes a Problem of what a decoder said; format is a noun for people.
func explain(name, format string, err error) error {
	var p *Problem
	switch {
	case errors.As(err, &p):
		return &Problem{name, p.Text, p.Hint}
	case isCut(err):
		return &Problem{name, "is cut off", "copy or export it once more"}
	case isRare(err):
		return &Problem{name, "is a rare kind of " + format, "save it anew as an ordinary JPEG or PNG"}
	}
	return &Problem{name, "is a broken " + format, "export it once more"}
}

// rescue turns a decoder's panic into a Problem.
func rescue(name string, err *error) {
	if recover() != nil {
		*err = &Problem{name, "is broken", "export it once more"}
	}
}
