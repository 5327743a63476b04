package workspace_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"magpie/internal/media"
	"magpie/internal/workspace"
)

// painted is a picture that no format makes small.
func painted(w, h int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	seed := uint32(7)
	for y := range h {
		for x := range w {
			seed = seed*1664525 + 1013904223
			m.SetNRGBA(x, y, color.NRGBA{uint8(seed >> 24), uint8(seed >> 16), uint8(seed >> 8), 255})
		}
	}
	return m
}

func pngOf(m image.Image) string {
	var b bytes.Buffer
	_ = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, m) // into memory
	return b.String()
}

func jpegOf(m image.Image) string {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, m, nil) // into memory
	return b.String()
}

// shows is a workspace whose campaign has files in a step, and these in a folder.
func shows(t testing.TB, account, keys string, files map[string]string) string {
	all := map[string]string{
		"campaigns/show.yaml":    "title: Show\nsteps:\n  show:\n    accounts: [" + account + "]\n    at: 2027-11-05 10:00\n    say: show\n" + keys,
		"templates/show.en.tmpl": "Look at what the potter has made.",
		"templates/show.zh.tmpl": "看看陶匠做了什么。",
		"accounts/pot.yaml":      "network: bluesky\nhandle: pot.example\nabout: pots\nlanguage: en\ntimezone: UTC\ncredentials: stored\n",
		"accounts/elephants.yaml": "network: mastodon\nserver: https://social.example\nabout: elephants\nlanguage: en\ntimezone: " +
			"UTC\ncredentials: stored\n",
	}
	for name, data := range files {
		all["campaigns/"+name] = data
	}
	return workspaceWith(t, all)
}

func TestMediaTold(t *testing.T) {
	for name, c := range map[string]struct {
		account, keys string
		want          []string // none: all is well
	}{
		"four":         {"elephants", images(4), nil},
		"five":         {"elephants", images(5), []string{"campaigns/show.yaml:12:", "elephants: ", "one picture too many"}},
		"large":        {"pot", "    image: {file: large.png, alt: A}\n", nil},
		"small on all": {"pot, elephants", "    image: {file: 1.jpg, alt: A}\n", nil},
		"no such":      {"pot", "    images: [{file: 1.jpg, alt: A}, {file: 9.jpg, alt: B}]\n", []string{"campaigns/show.yaml:7:", "9.jpg"}},
		"no alt":       {"pot", "    images: [{file: 1.jpg}]\n", []string{"campaigns/show.yaml:7:", "alt"}},
		"empty list":   {"pot", "    images: []\n", nil},
		"null":         {"pot", "    images: [null]\n", []string{"campaigns/show.yaml:7:"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{"large.png": pngOf(painted(700, 700))}
			for n := range 5 {
				files[fmt.Sprint(n+1, ".jpg")] = jpegOf(painted(20+n, 20))
			}
			got := told(t, shows(t, c.account, c.keys, files))
			if len(c.want) == 0 && got != "" {
				t.Errorf("it says %s", got)
			}
			for _, w := range c.want {
				if !strings.Contains(got, w) {
					t.Errorf("it does not say %q, but %s", w, got)
				}
			}
			readable(t, got)
		})
	}
}

func images(n int) string {
	text := "    images:\n"
	for i := range n {
		text += fmt.Sprintf("      - {file: %d.jpg, alt: Pot %d}\n", i+1, i+1)
	}
	return text
}

// A file is made to fit once, and stays below what the network takes.
func TestMediaFitted(t *testing.T) {
	t.Parallel()
	set, err := workspace.Load(shows(t, "pot", "    image: {file: large.png, alt: A}\n",
		map[string]string{"large.png": pngOf(painted(900, 900))}), kinds())
	if err != nil {
		t.Fatal(err)
	}
	step := set.Campaigns["show"].Steps[0]
	rules := set.Accounts["pot"].Kind.Limits.Media
	f, err := workspace.Fitted(set, step.Media()[0], rules)
	again, _ := workspace.Fitted(set, step.Media()[0], rules)
	data, mime := f.Data, f.Type
	if err != nil || len(data) > 1_000_000 || !strings.HasPrefix(mime, "image/") || &data[0] != &again.Data[0] {
		t.Errorf("%d bytes of %s, %v", len(data), mime, err)
	}
	if i, err := media.Look("large", data); err != nil || i.Type != mime {
		t.Errorf("%+v, %v", i, err)
	}
}
