package media

import (
	"bytes"
	"encoding/binary"
	"image/color"
	"image/jpeg"
)

// JPEG markers: ITU-T T.81, table B.1.
const (
	markSOF2 = 0xc2 // a progressive picture follows
	markEOI  = 0xd9
	markAPP1 = 0xe1
	markAPP2 = 0xe2
)

// lookJPEG walks the segments until the end of the image. What follows that is
// no part of the picture: phones put previews and whole films there.
func lookJPEG(data []byte, i *Info) error {
	c, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return err
	}
	i.Width, i.Height, i.photo = c.Width, c.Height, true
	if c.ColorModel == color.CMYKModel {
		i.inks, i.weight = true, 8
	}
	for at := 2; ; {
		mark, body, next, ok := segment(data, at)
		switch {
		case !ok:
			return errCut
		case mark == markEOI:
			return nil
		case mark == markSOF2:
			i.weight = max(i.weight, 5*samples(body)) // the decoder keeps an int32 for each
		case mark == markAPP1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) && i.turn == 1:
			i.turn = orientation(body[6:])
		case mark == markAPP2 && bytes.HasPrefix(body, []byte("ICC_PROFILE\x00")) && len(body) > 14:
			i.profile = append(i.profile, body[14:]...)
		}
		at = next
	}
}

// samples is how many there are to a pixel, rounded up: body is a frame header (T.81, B.2.2).
func samples(body []byte) int {
	if len(body) < 6 || len(body) < 6+3*int(body[5]) {
		return 4
	}
	sum, across, down := 0, 1, 1
	for n := range int(body[5]) {
		h, v := int(body[7+3*n]>>4), int(body[7+3*n]&15)
		sum, across, down = sum+h*v, max(across, h), max(down, v)
	}
	return (sum + across*down - 1) / (across * down)
}

// segment is the first one at or after at; compressed data is skipped.
func segment(data []byte, at int) (mark byte, body []byte, next int, ok bool) {
	for {
		n := bytes.IndexByte(data[min(at, len(data)):], 0xff)
		if n < 0 || at+n+1 >= len(data) {
			return 0, nil, 0, false
		}
		at += n + 1
		mark = data[at]
		switch {
		case mark == 0xff: // a fill byte
		case mark <= 1, mark >= 0xd0 && mark <= 0xd8: // a stuffed byte, a restart
			at++
		case mark == markEOI:
			return mark, nil, at + 1, true
		default:
			return measured(data, at, mark)
		}
	}
}

func measured(data []byte, at int, mark byte) (byte, []byte, int, bool) {
	if at+3 > len(data) {
		return 0, nil, 0, false
	}
	size := int(binary.BigEndian.Uint16(data[at+1:]))
	if size < 2 || at+1+size > len(data) {
		return 0, nil, 0, false
	}
	return mark, data[at+3 : at+1+size], at + 1 + size, true
}

// orientation is the tag 0x0112 of EXIF data, 1 to 8; 1 if it isn't there.
// It is the only one of some hundred tags that concerns the picture's look.
func orientation(exif []byte) int {
	var order binary.ByteOrder = binary.BigEndian
	if bytes.HasPrefix(exif, []byte("II*\x00")) {
		order = binary.LittleEndian
	} else if !bytes.HasPrefix(exif, []byte("MM\x00*")) {
		return 1
	}
	if len(exif) < 8 || uint64(order.Uint32(exif[4:]))+2 > uint64(len(exif)) {
		return 1
	}
	table := exif[order.Uint32(exif[4:]):]
	count := int(order.Uint16(table))
	for entry := table[2:]; count > 0 && len(entry) >= 12; count, entry = count-1, entry[12:] {
		if order.Uint16(entry) != 0x0112 || order.Uint16(entry[2:]) != 3 {
			continue
		}
		if turn := int(order.Uint16(entry[8:])); turn >= 1 && turn <= 8 {
			return turn
		}
	}
	return 1
}
