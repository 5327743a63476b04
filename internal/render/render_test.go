package render

import (
	"strings"
	"testing"
	"time"
)

func TestRender(t *testing.T) {
	v := Values{Name: "Ann @all", Code: "AB", Link: "https://s.example/?c=AB", Value: "30%",
		Until: time.Date(2027, 11, 29, 9, 0, 0, 0, time.UTC), Language: "zh"}
	for in, want := range map[string]string{
		"Hi {{name}}, {{code}}":        "Hi Ann all, AB",
		"{{until}}":                    "11月29日 09:00",
		`{{date "2027-11-26"}}`:        "11月26日",
		`{{or city "你的城市"}}`:           "你的城市",
		`{{money "899.00" "CNY"}}`:     "¥899.00",
		"{{if code}}x{{else}}y{{end}}": "x",
	} {
		tm, err := Parse(in)
		if err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		if got, err := tm.Render(v); err != nil || strings.ReplaceAll(got, " 899", "899") != want {
			t.Errorf("%s: got %q %v, want %q", in, got, err, want)
		}
	}
}

func TestMistakes(t *testing.T) {
	for in, want := range map[string]string{
		"a\n{{nmae}}":                       `did you mean "name"`,
		"{{.Name}}":                         `did you mean "name"`,
		"{{if code}}x":                      "no {{end}}",
		"{{date \"tomorrow\"}}":             "not a day",
		"":                                  "empty",
		"{{range 99999999}}xxxxxxxx{{end}}": "can't contain loops",
		"{{template \"x\"}}":                "can't include",
	} {
		_, err := Parse(in)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "render.") {
			t.Errorf("%q: got %v, want …%s…", in, err, want)
		}
	}
	_, err := Parse("a\n{{nmae}}")
	if m := err.(Mistakes); m[0].Line != 2 || m[0].Column != 3 {
		t.Errorf("got line %d, column %d; want 2 and 3", m[0].Line, m[0].Column)
	}
}

func TestNamesAreHarmless(t *testing.T) {
	for in, want := range map[string]string{
		"@everyone": "everyone", "visit evil.com now": "ann", "a\u202Eb\nc": "ab c", "#deal": "deal",
		"": "ann", "王小明🎉": "王小明🎉", strings.Repeat("👨‍👩‍👧", 50): strings.Repeat("👨‍👩‍👧", 30), "محمد": "محمد",
	} {
		if got := SafeName(in, "ann@social.example"); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
