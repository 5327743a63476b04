package media

import (
	"bytes"
	"encoding/binary"
	"time"
)

// box is a part of an MP4 or QuickTime file (ISO/IEC 14496-12, section 4.2).
type box struct {
	kind string
	body []byte
}

// next is the box that data begins with, and what follows it. At the end there
// is none; ok is false if data ends within a box.
func next(data []byte) (b box, rest []byte, ok bool) {
	if len(data) < 8 {
		return box{}, nil, true
	}
	size, head := uint64(binary.BigEndian.Uint32(data)), uint64(8)
	if size == 1 && len(data) >= 16 {
		size, head = binary.BigEndian.Uint64(data[8:]), 16
	} else if size == 0 { // to the end
		size = uint64(len(data))
	}
	if size < head || size > uint64(len(data)) {
		return box{}, nil, false
	}
	return box{string(data[4:8]), data[head:size]}, data[size:], true
}

// inside is the body of the first box of that path; nil if there is none.
func inside(data []byte, path ...string) []byte {
	for _, kind := range path {
		b, rest, ok := next(data)
		for ok && b.kind != kind && rest != nil {
			b, rest, ok = next(rest)
		}
		if data = nil; ok && b.kind == kind {
			data = b.body
		}
	}
	return data
}

// lookMovie reads the size and the length out of the box that describes all.
func lookMovie(data []byte, i *Info) error {
	i.Kind = Video
	var moov []byte
	var there bool
	for b, rest, ok := next(data); b.kind != "" || !ok; b, rest, ok = next(rest) {
		if !ok {
			return errCut
		}
		if there = there || placed(b); b.kind == "moov" && moov == nil {
			moov = b.body
		}
	}
	if there {
		i.Notes = append(i.Notes, "says where it was filmed, and videos are sent as they are: export it without the location")
	}
	return described(moov, i)
}

// described reads moov.
func described(moov []byte, i *Info) error {
	if moov == nil {
		return errCut
	}
	if i.Duration = length(moov); i.Duration <= 0 {
		return &Problem{Text: "does not say how long it is", Hint: "export it once more as an ordinary MP4"}
	}
	for b, rest, ok := next(moov); ok && b.kind != "" && i.Width == 0; b, rest, ok = next(rest) {
		if b.kind == "trak" {
			i.Width, i.Height = frame(b.body)
		}
	}
	if i.Width == 0 || i.Height == 0 {
		return &Problem{Text: "has no pictures, only sound"}
	}
	return nil
}

// length is the duration of mvhd, or that of mehd where the film comes in fragments.
func length(moov []byte) time.Duration {
	scale, units := clock(inside(moov, "mvhd"))
	if mehd := inside(moov, "mvex", "mehd"); units == 0 && len(mehd) >= 8 {
		units = uint64(binary.BigEndian.Uint32(mehd[4:]))
		if mehd[0] == 1 && len(mehd) >= 12 {
			units = binary.BigEndian.Uint64(mehd[4:])
		}
	}
	seconds := float64(units) / float64(scale)
	if scale == 0 || seconds > 31*24*3600 { // all bits set mean unknown
		return 0
	}
	return time.Duration(seconds * float64(time.Second))
}

// clock is mvhd's units of time in a second, and how many the film lasts.
func clock(mvhd []byte) (scale, units uint64) {
	if len(mvhd) >= 32 && mvhd[0] == 1 {
		return uint64(binary.BigEndian.Uint32(mvhd[20:])), binary.BigEndian.Uint64(mvhd[24:])
	}
	if len(mvhd) < 20 {
		return 0, 0
	}
	return uint64(binary.BigEndian.Uint32(mvhd[12:])), uint64(binary.BigEndian.Uint32(mvhd[16:]))
}

// frame is the size of a track of pictures as it is shown; 0 of any other.
func frame(trak []byte) (width, height int) {
	hdlr, tkhd := inside(trak, "mdia", "hdlr"), inside(trak, "tkhd")
	if len(hdlr) < 12 || string(hdlr[8:12]) != "vide" || len(tkhd) < 84 {
		return 0, 0
	}
	if tkhd[0] == 1 {
		tkhd = tkhd[12:] // longer times
	}
	if len(tkhd) < 84 {
		return 0, 0
	}
	width, height = int(binary.BigEndian.Uint16(tkhd[76:])), int(binary.BigEndian.Uint16(tkhd[80:]))
	if binary.BigEndian.Uint32(tkhd[40:]) == 0 && binary.BigEndian.Uint32(tkhd[44:]) != 0 {
		return height, width // the matrix turns it: held upright while filming
	}
	return width, height
}

// placed tells whether a box says where the film was made: Android's and QuickTime's
// ©xyz, 3GPP's loci, Apple's key, GoPro's track, and XMP.
func placed(b box) bool {
	if b.kind == "mdat" {
		return false
	}
	for _, mark := range []string{"\xa9xyz", "loci", "com.apple.quicktime.location", "gpmd", "exif:GPS"} {
		if bytes.Contains(b.body, []byte(mark)) {
			return true
		}
	}
	return false
}
