package weibo

import (
	"slices"
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/weibo/weibofake"
)

// One comment that can't be read stops no other; it is said that one is not heard.
func TestOddComment(t *testing.T) {
	t.Parallel()
	const rest = `"created_at":"Sat Nov 21 18:00:00 +0800 2026","user":{"idstr":"7","screen_name":"bob"},"status":{"idstr":"5"}`
	for name, odd := range map[string]string{
		"an id as a number": `{"idstr":5000000000000902,"text":"odd",` + rest + `}`,
		"words as a list":   `{"idstr":"5000000000000902","text":["odd"],` + rest + `}`,
		"many followers":    `{"idstr":"5000000000000902","text":"odd","user":{"idstr":"7","followers_count":"1万"}}`,
		"an answer":         `{"idstr":"5000000000000902","text":"odd","reply_comment":[],` + rest + `}`,
		"a text":            `"odd"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := begin(t, weibofake.Options{})
			r := d.listen()
			page := `{"comments":[{"idstr":"5000000000000903","text":"退订",` + rest + `},` + odd +
				`,{"idstr":"5000000000000901","text":"你好",` + rest + `}]}`
			d.s.Fail(weibofake.Rule{Path: commented, Body: page})
			var texts []string
			partly := false
			for range 9 {
				events, next, err := d.c.Events(t.Context(), r.cursor)
				partly = partly || err != nil
				if err != nil && network.ReasonOf(err) != network.Partly {
					t.Fatalf("the page is given up: %v", err)
				}
				for _, e := range events {
					texts = append(texts, e.Mention.Text)
				}
				r.cursor = next
			}
			said := len(texts)
			texts = slices.DeleteFunc(texts, func(s string) bool { return s == "odd" })
			if !slices.Equal(texts, []string{"你好", "退订"}) {
				t.Errorf("heard are %q", texts)
			}
			if said == 2 && !partly {
				t.Error("nobody learns that one was not heard")
			}
		})
	}
}
