package x_test

import (
	"encoding/json"
	"fmt"
	"magpie/internal/whole/kit"
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// What “magpie length” says, in all forms, with its exit code.
func TestLength(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	long := strings.Repeat("a", 281)
	for name, c := range map[string]struct {
		args []string
		code int
		says []string
	}{
		"x":          {[]string{"--network", "x", "Hello"}, 0, []string{"5 of 280", "275 left"}},
		"words":      {[]string{"--network", "x", "Hello", "there"}, 0, []string{"11 of 280"}},
		"a link":     {[]string{"--network", "x", "https://shop.com/a/very/long/path/that/goes/on/and/on"}, 0, []string{"23 of 280"}},
		"CJK":        {[]string{"--network", "x", "黑色星期五"}, 0, []string{"10 of 280"}},
		"a family":   {[]string{"--network", "x", "👨‍👩‍👧‍👦"}, 0, []string{"2 of 280"}},
		"decomposed": {[]string{"--network", "x", "Cafe\u0301"}, 0, []string{"4 of 280"}},
		"too long":   {[]string{"--network", "x", long}, 1, []string{"281 of 280", "1 too many"}},
		"direct":     {[]string{"--network", "x", "--direct", long}, 0, []string{"281 of 10000", "9719 left"}},
		"weibo":      {[]string{"--network", "weibo", "黑色星期五ab"}, 0, []string{"6 of 140"}},
		"weibo too":  {[]string{"--network", "weibo", strings.Repeat("字", 141)}, 1, []string{"141 of 140"}},
		"bluesky":    {[]string{"--network", "bluesky", "👨‍👩‍👧‍👦"}, 0, []string{"1 of 300"}},
		"mastodon":   {[]string{"--network", "mastodon", "https://shop.com/a/very/long/path"}, 0, []string{"23 of 500"}},
		"json":       {[]string{"--network", "x", "--json", "Hello"}, 0, []string{`"length": 5`, `"limit": 280`}},
		"after":      {[]string{"Hello", "--network", "x"}, 0, []string{"5 of 280"}},
		"a dash":     {[]string{"--network", "x", "--", "--direct"}, 0, []string{"8 of 280"}},
		"no network": {[]string{"Hello"}, 2, []string{"network"}},
		"twitter":    {[]string{"--network", "twitter", "Hello"}, 2, []string{"no network", "x"}},
		"weibp":      {[]string{"--network", "weibp", "Hello"}, 2, []string{"did you mean", "weibo"}},
		"no text":    {[]string{"--network", "x"}, 2, []string{"the text is missing"}},
		"empty":      {[]string{"--network", "x", ""}, 0, []string{"0 of 280"}},
		"not UTF-8":  {[]string{"--network", "x", "a\xff\xfe"}, 0, []string{"of 280"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if said, code := s.Magpie(append([]string{"length"}, c.args...)...); code != c.code || !kit.Contains(said, c.says...) {
				t.Errorf("exit %d, not %d, and %q is not in: %s", code, c.code, c.says, said)
			}
		})
	}
}

// Ten thousand lines are counted within seconds, each as alone.
func TestLengthLines(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	texts := []string{"Hello", "黑色星期五", "👨‍👩‍👧‍👦 🇨🇳", "see shop.example/x and https://shop.example", "line\nbreak\ttab", "", "\u0000",
		"e\u0301", strings.Repeat("字", 5000), `"quoted" \ <&>`}
	var in strings.Builder
	for i := range 10_000 {
		line, _ := json.Marshal(map[string]any{"text": texts[i%len(texts)], "id": i})
		in.Write(append(line, '\n'))
		if i%1000 == 0 {
			in.WriteString("\r\n \n")
		}
	}
	for _, network := range []string{"x", "weibo", "mastodon", "bluesky"} {
		began := time.Now()
		said, code := s.Typed(in.String(), "length", "--network", network, "--jsonl")
		if took := time.Since(began); code != 0 || took > 20*time.Second {
			t.Fatalf("%s: exit %d after %s: %.300s", network, code, took, said)
		}
		lines := strings.Split(strings.TrimSpace(said), "\n")
		if len(lines) != 10_000 {
			t.Fatalf("%s: %d lines", network, len(lines))
		}
		for i, line := range lines {
			if line != lines[i%len(texts)] {
				t.Fatalf("%s: line %d is %s, and was %s", network, i, line, lines[i%len(texts)])
			}
		}
		t.Log(network, lines[:len(texts)])
	}
}

// A bad line is named, those before it are counted, and the exit code tells.
func TestLengthBadLines(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	for name, bad := range map[string]string{
		"no JSON": "Hello", "no text": `{"txt": "Hello"}`, "a number": `{"text": 5}`, "null": `{"text": null}`, "a list": `["Hello"]`,
		"two on a line": `{"text":"a"}{"text":"b"}`,
		"cut":           `{"text": "Hel`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said, code := s.Typed(fmt.Sprintf("{\"text\":\"a\"}\n{\"text\":\"bc\"}\n%s\n{\"text\":\"d\"}\n", bad), "length", "--network",
				"x", "--jsonl")
			if code != 2 || !kit.Contains(said, `"length":1`, `"length":2`, "line 3") || strings.Count(said, "length\":") != 2 {
				t.Errorf("exit %d: %s", code, said)
			}
		})
	}
	if said, code := s.Typed("", "length", "--network", "x", "--jsonl"); code != 0 || said != "" {
		t.Errorf("nothing: %d %q", code, said)
	}
	if said, code := s.Typed(`{"text":"without a line's end"}`, "length", "--network", "x", "--jsonl"); code != 0 ||
		!kit.Contains(said, `"length":20`) {
		t.Errorf("no line's end: %d %q", code, said)
	}
	if said, code := s.Typed("", "length", "--network", "x", "--jsonl", "Hello"); code != 2 {
		t.Errorf("a text and lines: %d %q", code, said)
	}
}
