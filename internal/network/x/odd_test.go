package x

import (
	"slices"
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// One mention that can't be read stops no other; it is said that one is not heard.
func TestOddMention(t *testing.T) {
	t.Parallel()
	const good = `"text":"@brand stop","author_id":"7","created_at":"2026-11-21T12:00:00Z"`
	for name, odd := range map[string]string{
		"a time in words":       `{"id":"9000000000000000002","text":"odd","author_id":"7","created_at":"yesterday"}`,
		"an author as a number": `{"id":"9000000000000000002","text":"odd","author_id":7,"created_at":"2026-11-21T12:00:00Z"}`,
		"entities as a list":    `{"id":"9000000000000000002","text":"odd","author_id":"7","created_at":"2026-11-21T12:00:00Z","entities":[]}`,
		"a text":                `"odd"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := boundless(t)
			_, cursor := r.drained("")
			page := `{"data":[{"id":"9000000000000000003",` + good + `},` + odd + `,{"id":"9000000000000000001",` + good +
				`}],"meta":{"result_count":3}}`
			r.s.Fail(xfake.Rule{Method: "GET", Path: "/2/users/" + r.s.ID("brand") + "/mentions", Status: 200, Body: page})
			events, next, err := r.c.Events(t.Context(), cursor)
			partly := err != nil && network.ReasonOf(err) == network.Partly
			if err != nil && !partly {
				t.Fatalf("deaf for ever: %v", err)
			}
			texts := texts(events)
			said := len(texts)
			texts = slices.DeleteFunc(texts, func(s string) bool { return s == "odd" })
			if !slices.Equal(texts, []string{"@brand stop", "@brand stop"}) || parsePlace(next).Mention != "9000000000000000003" {
				t.Errorf("heard are %q, the place is %s", texts, next)
			}
			if said == 2 && !partly {
				t.Error("nobody learns that one was not heard")
			}
		})
	}
}
