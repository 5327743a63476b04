package media

import (
	"bytes"
	"fmt"
	"image"
	"math"
	"slices"
	"sort"
)

// Fit makes a file fit what a network takes, or says in a *Problem why it
// can't. A picture is turned upright, converted to sRGB, made smaller if it
// must be, and written anew as JPEG or PNG, so that nothing but the pixels is
// left of it. A GIF or a video comes back as it is, its metadata included. note is
// what a person should know of that, in words that follow the file's name; or empty.
//
// The same data and rules give the same bytes, as long as the same program
// does it: a new version of Go or of x/image may write others. It takes up to
// 900 MB for a moment at worst: fit one file at a time.
func Fit(name string, data []byte, r Rules) (out []byte, mime, note string, err error) {
	defer rescue(name, &err)
	i, err := Look(name, data)
	if err != nil {
		return nil, "", "", err
	}
	if i.Kind != Picture {
		if err := r.check(i); err != nil {
			return nil, "", "", err
		}
		return data, i.Type, "", nil
	}
	l := r.Pictures
	p := packer{Limit: l, turn: i.turn, jpeg: slices.Contains(l.Types, typeJPEG), png: slices.Contains(l.Types, typePNG)}
	if l.Count == 0 || !p.jpeg && !p.png {
		return nil, "", "", r.useless(i)
	}
	if p.image, err = decode(data, i); err != nil {
		return nil, "", "", err
	}
	out, mime, i.Width, i.Height = p.pack(i)
	if out == nil {
		return nil, "", "", &Problem{name, fmt.Sprintf("can't be made as small as the %s that %s takes", size(l.Bytes), r.Who), ""}
	}
	i.Bytes, i.Type = len(out), mime
	if err := r.check(i); err != nil {
		return nil, "", "", err
	}
	if mime == typeJPEG && !i.photo && !opaque(p.image) {
		note = "loses its transparency on " + r.Who + ", which takes no PNG so large: it is shown on white"
	}
	return out, mime, note, nil
}

// decode is the picture with 8 bits a sample in the colours of screens.
func decode(data []byte, i Info) (image.Image, error) {
	f := formats[i.Type]
	m, err := f.decode(bytes.NewReader(data))
	if err != nil {
		return nil, explain(i.Name, f.name, err)
	}
	return i.colours.toScreen(eightBit(m)), nil
}

// packer looks for the best form of a picture that is small enough.
type packer struct {
	Limit
	image     image.Image // not yet upright
	turn      int
	jpeg, png bool // what it may become
}

// What is tried, best first.
var (
	qualities = []int{92, 85, 78, 70, 60, 50}
	sides     = []float64{1, 0.84, 0.71, 0.59, 0.5} // of a PNG, each of 0.7 times the pixels
)

// leastSide is the longer side below which a picture isn't shrunk for the
// sake of its bytes alone.
const leastSide = 320

// pack tries PNG for what has lost no details yet, with half the width as the
// least for the sake of transparency, and then JPEG. nil: nothing was small enough.
func (p packer) pack(i Info) (out []byte, mime string, w, h int) {
	w, h = p.inner(i.Width, i.Height)
	if p.png && (!i.photo || !p.jpeg) {
		for n, f := range sides {
			if n > 0 && p.jpeg && opaque(p.image) {
				break
			}
			m := p.scaled(w, h, f)
			if out := asPNG(m, p.Bytes); out != nil {
				return out, typePNG, m.Bounds().Dx(), m.Bounds().Dy()
			}
		}
	}
	for f := 1.0; p.jpeg && (f == 1 || f*float64(max(w, h)) >= leastSide); f *= 0.75 {
		m := onWhite(p.scaled(w, h, f))
		if out := bestJPEG(m, p.Bytes); out != nil {
			return out, typeJPEG, m.Bounds().Dx(), m.Bounds().Dy()
		}
	}
	return nil, "", 0, 0
}

// bestJPEG is a picture in the best quality that is small enough, nil if none is. The
// best is mostly good; else the worst tells whether the picture has to shrink.
func bestJPEG(m image.Image, most int) (out []byte) {
	if out = asJPEG(m, qualities[0], most); out != nil {
		return out
	}
	between := qualities[1 : len(qualities)-1]
	if out = asJPEG(m, qualities[len(qualities)-1], most); out == nil {
		return nil
	}
	sort.Search(len(between), func(n int) bool { // the last one that is small enough is the best
		made := asJPEG(m, between[n], most)
		if made != nil {
			out = made
		}
		return made != nil
	})
	return out
}

// scaled is the upright picture at a fraction of w×h.
func (p packer) scaled(w, h int, f float64) image.Image {
	w, h = max(1, int(float64(w)*f)), max(1, int(float64(h)*f))
	if p.turn > 4 {
		w, h = h, w
	}
	return upright(shrink(p.image, w, h), p.turn)
}

// inner is the largest size within the limits that has the shape of w×h.
func (l Limit) inner(w, h int) (int, int) {
	f := 1.0
	if l.Width > 0 {
		f = min(f, float64(l.Width)/float64(w))
	}
	if l.Height > 0 {
		f = min(f, float64(l.Height)/float64(h))
	}
	if l.Pixels > 0 {
		f = min(f, math.Sqrt(float64(l.Pixels)/float64(w*h)))
	}
	if f == 1 {
		return w, h
	}
	w, h = max(1, int(float64(w)*f)), max(1, int(float64(h)*f))
	if l.Pixels > 0 && w*h > l.Pixels { // a side of 1 can't shrink with the other
		w, h = min(w, max(1, l.Pixels/h)), min(h, max(1, l.Pixels/w))
	}
	return w, h
}
