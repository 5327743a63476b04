package media

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/color"
	"strings"
	"testing"
)

// icc is a profile of these primaries, as XYZ for red, green and blue, and one curve for all.
func icc(space string, primaries [9]float64, curve string) string {
	head := make([]byte, 128)
	copy(head[16:], space+"XYZ ")
	names := []string{"rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"}
	table, body := words32(uint32(len(names))), ""
	start := 128 + 4 + 12*len(names)
	for n, name := range names {
		content := curve
		if n < 3 {
			content = "XYZ \x00\x00\x00\x00"
			for _, v := range primaries[3*n : 3*n+3] {
				content += words32(uint32(int32(v * 65536)))
			}
		}
		table += name + words32(uint32(start+len(body)), uint32(len(content)))
		body += content
	}
	return string(head) + table + body
}

func s15(values ...float64) (out string) {
	for _, v := range values {
		out += words32(uint32(int32(v * 65536)))
	}
	return out
}

// The primaries are those of Apple's Display P3, Adobe RGB (1998) and sRGB, adapted to D50.
var (
	displayP3 = [9]float64{0.51512, 0.2412, -0.00105, 0.29198, 0.69225, 0.04189, 0.1571, 0.06657, 0.78407}
	adobeRGB  = [9]float64{0.60974, 0.31111, 0.01947, 0.20528, 0.62567, 0.06087, 0.14919, 0.06322, 0.74457}
	plainRGB  = [9]float64{0.43607, 0.22249, 0.01392, 0.38515, 0.71687, 0.09708, 0.14307, 0.06061, 0.7141}
	para      = "para\x00\x00\x00\x00\x00\x03\x00\x00" + s15(2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)
	gamma     = "curv\x00\x00\x00\x00\x00\x00\x00\x01\x02\x33"
)

func withProfile(data []byte, profile string) []byte {
	if data[0] == 0xff {
		return withSegment(data, markAPP2, "ICC_PROFILE\x00\x01\x01"+profile)
	}
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, _ = w.Write([]byte(profile))
	_ = w.Close()
	return withChunk(data, "iCCP", "a profile\x00\x00"+z.String())
}

func flat(c color.NRGBA) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, 16, 16))
	for n := range m.Pix {
		m.Pix[n] = []uint8{c.R, c.G, c.B, c.A}[n%4]
	}
	return m
}

// TestProfiles: the pairs of colours are the usual ones, as CSS Color 4 computes them.
func TestProfiles(t *testing.T) {
	for name, c := range map[string]struct {
		profile  string
		from, to color.NRGBA
	}{
		"P3's name for sRGB red":   {icc("RGB ", displayP3, para), color.NRGBA{234, 51, 35, 255}, color.NRGBA{255, 0, 0, 255}},
		"P3's name for sRGB green": {icc("RGB ", displayP3, para), color.NRGBA{117, 251, 76, 255}, color.NRGBA{0, 255, 0, 255}},
		"P3's own red is cut":      {icc("RGB ", displayP3, para), color.NRGBA{255, 0, 0, 255}, color.NRGBA{255, 0, 0, 255}},
		"gray stays":               {icc("RGB ", displayP3, para), color.NRGBA{128, 128, 128, 255}, color.NRGBA{128, 128, 128, 255}},
		"Adobe's sRGB red":         {icc("RGB ", adobeRGB, gamma), color.NRGBA{219, 0, 0, 255}, color.NRGBA{255, 0, 0, 255}},
		"what shines through":      {icc("RGB ", displayP3, para), color.NRGBA{234, 51, 35, 128}, color.NRGBA{255, 0, 0, 128}},
		"sRGB itself":              {icc("RGB ", plainRGB, para), color.NRGBA{234, 51, 35, 255}, color.NRGBA{234, 51, 35, 255}},
		"none that is known":       {icc("CMYK", displayP3, para), color.NRGBA{234, 51, 35, 255}, color.NRGBA{234, 51, 35, 255}},
	} {
		m, _, out := fit(t, "a.png", withProfile(pngOf(flat(c.from)), c.profile), bluesky)
		if got := color.NRGBAModel.Convert(m.At(3, 3)).(color.NRGBA); !within(got, c.to, 3) || bytes.Contains(out, []byte("iCCP")) {
			t.Errorf("%s: %v, want %v", name, got, c.to)
		}
	}
	m, _, _ := fit(t, "a.jpg", withProfile(jpegOf(flat(color.NRGBA{234, 51, 35, 255})), icc("RGB ", displayP3, para)), bluesky)
	if got := color.NRGBAModel.Convert(m.At(3, 3)).(color.NRGBA); !within(got, color.NRGBA{255, 0, 0, 255}, 5) {
		t.Error(got)
	}
}

func within(a, b color.NRGBA, most int) bool {
	for _, d := range []int{int(a.R) - int(b.R), int(a.G) - int(b.G), int(a.B) - int(b.B), int(a.A) - int(b.A)} {
		if d < -most || d > most {
			return false
		}
	}
	return true
}

// TestCurves: the same curve in all its forms.
func TestCurves(t *testing.T) {
	var samples []byte
	for n := range 1024 {
		v := float64(n) / 1023
		samples = binary.BigEndian.AppendUint16(samples, uint16(v*v*65535))
	}
	for name, form := range map[string]string{
		"samples": "curv\x00\x00\x00\x00\x00\x00\x04\x00" + string(samples),
		"gamma":   "curv\x00\x00\x00\x00\x00\x00\x00\x01\x02\x00",
		"para 0":  "para\x00\x00\x00\x00\x00\x00\x00\x00" + s15(2),
		"para 1":  "para\x00\x00\x00\x00\x00\x01\x00\x00" + s15(2, 1, 0),
		"para 2":  "para\x00\x00\x00\x00\x00\x02\x00\x00" + s15(2, 1, 0, 0),
		"para 3":  "para\x00\x00\x00\x00\x00\x03\x00\x00" + s15(2, 1, 0, 1, 0),
		"para 4":  "para\x00\x00\x00\x00\x00\x04\x00\x00" + s15(2, 1, 0, 1, 0, 0, 0),
	} {
		var out [256]float32
		if !curve([]byte(form), &out) || out[0] != 0 || out[255] < 0.999 || out[128] < 0.2515 || out[128] > 0.2525 {
			t.Error(name, out[0], out[128], out[255])
		}
	}
}

func TestBadProfiles(t *testing.T) {
	good := icc("RGB ", displayP3, para)
	for n := range len(good) {
		if c, readable := readProfile([]byte(good[:n])); c != nil || readable != (n < 132) {
			t.Fatalf("%d of %d bytes are a profile", n, len(good))
		}
	}
	lists := strings.ReplaceAll(good, "rXYZ", "A2B0")
	i, err := Look("a.jpg", withProfile(jpegOf(corners(8, 8)), lists))
	if err != nil || len(i.Notes) != 1 || !strings.Contains(i.Notes[0], "colour profile") {
		t.Error(i.Notes, err)
	}
}
