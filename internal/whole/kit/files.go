package kit

import (
	"image"
	"image/png"
	"strings"
	"testing"
)

// LampPNG is a small picture, another for each shade.
func LampPNG(t *testing.T, shade uint8) string {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 64, 32))
	for i := range m.Pix {
		m.Pix[i] = shade
	}
	var b strings.Builder
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
