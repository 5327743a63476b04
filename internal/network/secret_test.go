package network

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"strings"
	"testing"
	"text/template"

	"github.com/goccy/go-yaml"
	"github.com/sirupsen/logrus"
)

const hidden = "hunter2-KLMNPQRS"

// Whatever prints a secret, alone or within something else, prints dots.
func TestSecretPrintsDots(t *testing.T) {
	t.Parallel()
	s := Secret(hidden)
	pointer := &s
	settings := Settings{Server: "https://social.example", Secret: s}
	for name, x := range map[string]any{
		"secret": s, "pointer": pointer, "slice": []Secret{s}, "map": map[string]Secret{"token": s}, "struct": settings,
		"struct pointer": &settings,
		"any":            []any{s, settings}, "failure": Fail(SignedOut, "no such token: %v", s), "wrapped": fmt.Errorf("x: %w",
			Fail(Busy, "%s", s)),
		"panic": fmt.Sprint(func() (r any) { defer func() { r = recover() }(); panic(s) }()),
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%10v", "%-10s", "%d", "%t", "%f", "%c", "%U", "%e", "%b",
			"%o"} {
			hides(t, name+" "+verb, fmt.Sprintf(verb, x))
		}
		text, err := json.Marshal(x)
		hides(t, name+" JSON", string(text)+fmt.Sprint(err))
		text, err = yaml.Marshal(x)
		hides(t, name+" YAML", string(text)+fmt.Sprint(err))
		hides(t, name+" lines", fmt.Sprint(x)+fmt.Sprintln(x))
	}
	if fmt.Sprint(s) != dots || fmt.Sprintf("%#v", s) != dots || s.String() != dots {
		t.Errorf("got %v", s)
	}
	if s.Reveal() != hidden {
		t.Errorf("reveals %q", s.Reveal())
	}
}

func hides(t *testing.T, what, text string) {
	t.Helper()
	for _, form := range []string{hidden, fmt.Sprintf("%x", hidden), fmt.Sprintf("%X", hidden)} {
		if strings.Contains(text, form) {
			t.Errorf("%s shows it: %s", what, text)
			return
		}
	}
}

func TestSecretInLogs(t *testing.T) {
	t.Parallel()
	s := Secret(hidden)
	settings := Settings{Secret: s}
	var out bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).With("token", s).Info("text", "secret", s, "settings", settings, "group", slog.GroupValue(slog.Any("s", &s)))
	}
	log.New(&out, "", 0).Printf("%v %+v", s, settings)
	for _, f := range []logrus.Formatter{&logrus.TextFormatter{}, &logrus.JSONFormatter{}} {
		l := &logrus.Logger{Out: &out, Formatter: f, Level: logrus.InfoLevel, Hooks: logrus.LevelHooks{}}
		l.WithField("secret", s).WithField("settings", settings).WithError(Fail(SignedOut, "%v", s)).Info(s)
	}
	if err := template.Must(template.New("").Parse(`{{.}} {{printf "%s %q" . .}}`)).Execute(&out, s); err != nil {
		t.Fatal(err)
	}
	type page struct{ Secret Secret }
	x, err := xml.Marshal(page{s})
	if err != nil {
		t.Fatal(err)
	}
	out.Write(x)
	hides(t, "the log", out.String())
	if strings.Count(out.String(), dots) < 10 {
		t.Errorf("few dots: %s", &out)
	}
}

func TestSecretIsNotScannedAway(t *testing.T) {
	t.Parallel()
	var x struct{ Token Secret }
	if err := json.Unmarshal([]byte(`{"token":"`+hidden+`"}`), &x); err != nil || x.Token.Reveal() != hidden {
		t.Errorf("reading JSON: %v, %d characters", err, len(x.Token))
	}
	_, err := io.WriteString(io.Discard, Secret("").String())
	if err != nil || errors.Is(err, io.EOF) || Secret("").String() != dots { // not even whether there is one
		t.Errorf("empty prints %q", Secret(""))
	}
}
