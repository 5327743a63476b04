package bot

import (
	"errors"
	"strings"
	"testing"

	"magpie/internal/acts"
)

// said is what a push would say.
func said(p *acts.Pushed) string {
	if p == nil {
		return ""
	}
	return p.Text
}

// TestPushFillsIn: words that are pushed are filled in as templates are.
func TestPushFillsIn(t *testing.T) {
	w := newWorld(t, day1, nil)
	w.fans(1, nil)
	for text, want := range map[string]string{
		"Dear {{name}}: {{code}}":             "Dear Ann: XXXX-XXXX-XXXX",
		"Dear {{ name }}: {{link}}":           "Dear Ann: https://shop.example/bf?c=XXXX-XXXX-XXXX",
		"{{value}} off, {{or city \"Bonn\"}}": "30% off, Bonn",
		"{{money \"5\" \"USD\"}}":             "5.00",
		"Braces {^_^} and 50% {}":             "Braces {^_^} and 50% {}",
		"Plain words.":                        "Plain words.",
	} {
		got, err := w.Acts.PreparePush(t.Context(), acts.Push{Account: "outlet", Text: text, Offer: "bf", Segment: "fans", Who: "ann"})
		if err != nil || !strings.Contains(got.Text, want) {
			t.Errorf("%s: it would say %q, %v", text, said(got), err)
		}
	}
}

// TestPushRefusesPlaceholders: what would reach customers as it stands is misuse, in
// words that say how to write it.
func TestPushRefusesPlaceholders(t *testing.T) {
	w := newWorld(t, day1, nil)
	w.fans(1, nil)
	for text, want := range map[string]string{
		"Hi {name}": "{{name}}", "Hi { name }": "{{name}}", "Hi {Name}": "{{name}}", "Hi {first_name}": "{{name}}",
		"Hi ｛｛name｝｝": "{{name}}", "Hi ｛name｝": "{{name}}",
		"Hi [[name]]": "{{name}}", "Hi %name%": "{{name}}", "Hi {{ name }": "{{name}}", "Hi <name>": "{{name}}",
		"Hi *|FNAME|*": "{{name}}", "Hi {% name %}": "{{name}}",
		"Hi ${name}": "{{name}}", "Yours: {code}": "{{code}}", "Yours: %code%": "{{code}}", "See {link}": "{{link}}",
		"Hi {{nmae}}": `did you mean "name"`, "Hi {{.Name}}": "name", "Hi {{": "{{", "{{define \"x\"}}{{end}}Hi": "include",
		"{{range 9}}x{{end}}": "range", "{{money \"x\" \"USD\"}}": "amount",
	} {
		for _, x := range []acts.Push{{Text: text, Offer: "bf", Segment: "fans"}, {Text: text, Offer: "bf", Person: "fan0@s.example"}} {
			x.Account, x.Who = "outlet", "ann"
			got, err := w.Acts.PreparePush(t.Context(), x)
			var m *acts.Misuse
			if !errors.As(err, &m) || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: it would say %q, %v; want …%s…", text, said(got), err, want)
			}
		}
	}
}
