package media

import (
	"bytes"
	"encoding/binary"
	"image/png"

	"golang.org/x/image/webp"
)

// lookPNG walks the chunks to the end (PNG, third edition, section 5).
func lookPNG(data []byte, i *Info) error {
	c, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return err
	}
	i.Width, i.Height = c.Width, c.Height
	if data[24] == 16 { // bits of a sample, in IHDR
		i.weight = 12
	}
	for rest := data[8:]; len(rest) >= 12; {
		size := binary.BigEndian.Uint32(rest)
		if uint64(size)+12 > uint64(len(rest)) {
			return errCut
		}
		body := rest[8 : 8+size]
		switch string(rest[4:8]) {
		case "acTL":
			if len(body) < 4 || binary.BigEndian.Uint32(body) != 1 {
				return moves("PNG")
			}
		case "eXIf":
			i.turn = orientation(body)
		case "iCCP":
			i.profile = inflateProfile(body)
		case "IEND":
			return nil
		}
		rest = rest[12+size:]
	}
	return errCut
}

// lookWebP walks the chunks (WebP Container Specification).
func lookWebP(data []byte, i *Info) error {
	if uint64(binary.LittleEndian.Uint32(data[4:]))+8 > uint64(len(data)) {
		return errCut
	}
	i.weight = 8
	clear := false // lossy, and yet something shines through
	for rest := data[12:]; len(rest) >= 8; {
		size := uint64(binary.LittleEndian.Uint32(rest[4:]))
		if size+8 > uint64(len(rest)) {
			return errCut
		}
		body := rest[8 : 8+size]
		switch string(rest[:4]) {
		case "ANIM", "ANMF":
			return moves("WebP")
		case "ALPH":
			clear = true
		case "VP8 ":
			i.photo = !clear
		case "EXIF":
			i.turn = orientation(bytes.TrimPrefix(body, []byte("Exif\x00\x00")))
		case "ICCP":
			i.profile = body
		}
		rest = rest[min(8+size+size%2, uint64(len(rest))):]
	}
	c, err := webp.DecodeConfig(bytes.NewReader(data))
	i.Width, i.Height = c.Width, c.Height
	return err
}

func moves(format string) error {
	return &Problem{Text: "is an animated " + format + ", which the networks don't play", Hint: "save it as GIF and use it alone, as gif:"}
}

// lookGIF walks the blocks and counts the pictures (GIF89a, section 12 on).
func lookGIF(data []byte, i *Info) error {
	if len(data) < 13 {
		return errCut
	}
	i.Width, i.Height = int(binary.LittleEndian.Uint16(data[6:])), int(binary.LittleEndian.Uint16(data[8:]))
	i.Frames = 0
	for at := 13 + palette(data[10]); at < len(data); {
		switch data[at] {
		case 0x21: // an extension: comments, times, loops
			at = blocks(data, at+2)
		case 0x2c: // a picture
			i.Frames++
			if at+9 < len(data) {
				at += palette(data[at+9])
			}
			at = blocks(data, at+11)
		case 0x3b: // the end
			return counted(i)
		default:
			return errBroken
		}
	}
	return errCut
}

func counted(i *Info) error {
	if i.Frames == 0 || i.Width == 0 || i.Height == 0 {
		return errBroken
	}
	if i.Frames > 1 {
		i.Kind = GIF
	}
	return nil
}

// palette is how many bytes of colours follow such flags.
func palette(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// blocks is where the blocks of data at at have ended.
func blocks(data []byte, at int) int {
	for at < len(data) && data[at] != 0 {
		at += 1 + int(data[at])
	}
	return at + 1
}
