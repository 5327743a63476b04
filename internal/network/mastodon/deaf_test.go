package mastodon

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"magpie/internal/network"
)

// letterbox is a server with notifications as a stranger can make them, by id from 1 on.
type letterbox struct {
	all   []string
	reads int
}

// ServeHTTP gives the page directly above min_id, newest first, as Mastodon does.
func (l *letterbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/api/v1/notifications" {
		http.NotFound(w, r)
		return
	}
	l.reads++
	above, _ := strconv.Atoi(r.URL.Query().Get("min_id"))
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit > 80 {
		limit = 80
	}
	page := slices.Clone(l.all[min(above, len(l.all)):min(above+limit, len(l.all))])
	slices.Reverse(page)
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, "[%s]", strings.Join(page, ","))
}

func opened(t *testing.T, l *letterbox) *client {
	t.Helper()
	s := httptest.NewServer(l)
	t.Cleanup(s.Close)
	return newClient(t, s.URL)
}

// letter is an ordinary mention.
func letter(id int, text string) string {
	return fmt.Sprintf(`{"id":"%d","type":"mention","created_at":"2026-11-21T12:00:00Z","account":{"id":"7","acct":"eve@far.example"},
		"status":{"id":"%d","uri":"https://far.example/%d","created_at":"2026-11-21T12:00:00Z","visibility":"public","content":"<p>%s</p>",
		"account":{"id":"7","acct":"eve@far.example"},"mentions":[]}}`, id, id, id, text)
}

// readAll reads to the end, and tells whether it was said that something is not heard.
func readAll(t *testing.T, c *client) (texts []string, partly bool) {
	t.Helper()
	cursor := "0"
	for range 300 {
		events, next, err := c.Events(t.Context(), cursor)
		if err != nil && network.ReasonOf(err) != network.Partly {
			t.Fatalf("deaf for ever at %s after %d: %v", cursor, len(texts), err)
		}
		partly = partly || err != nil
		for _, e := range events {
			if e.Mention != nil {
				texts = append(texts, e.Mention.Text)
			}
		}
		if len(events) == 0 && next == cursor {
			return texts, partly
		}
		cursor = next
	}
	t.Fatal("it never comes to the end")
	return nil, false
}

// Eighty long posts are more than is read of one answer. They are all heard.
func TestLongPage(t *testing.T) {
	t.Parallel()
	l := &letterbox{}
	for i := range 80 {
		l.all = append(l.all, letter(i+1, fmt.Sprint("number ", i, " ", strings.Repeat("x", 200_000))))
	}
	l.all = append(l.all, letter(81, "stop"))
	texts, _ := readAll(t, opened(t, l))
	if len(texts) != 81 || texts[80] != "stop" {
		t.Fatalf("%d of 81 are heard", len(texts))
	}
	for i, text := range texts[:80] {
		if !strings.HasPrefix(text, fmt.Sprint("number ", i, " ")) {
			t.Errorf("the %d. is %.20q", i+1, text)
		}
	}
	if l.reads > 60 {
		t.Errorf("it takes %d calls", l.reads)
	}
}

// One post alone is too large: the others are heard, and it is said that one is not.
func TestOneTooLong(t *testing.T) {
	t.Parallel()
	l := &letterbox{all: []string{letter(1, "hello"), letter(2, strings.Repeat("x", 9<<20)), letter(3, "stop")}}
	texts, partly := readAll(t, opened(t, l))
	if len(texts) == 3 && len(texts[1]) < 1<<20 { // cut, and for the desk
		partly, texts = true, slices.Delete(texts, 1, 2)
	}
	if !slices.Equal(texts, []string{"hello", "stop"}) {
		t.Errorf("%d heard", len(texts))
	}
	if !partly {
		t.Error("nobody learns that one was not heard")
	}
}

// One notification that can't be read stops no other.
func TestOddNotification(t *testing.T) {
	t.Parallel()
	status := `"uri":"https://far.example/2","created_at":"2026-11-21T12:00:00Z","visibility":"public","content":"odd"`
	for name, odd := range map[string]string{
		"a status whose id is a number": `{"id":"2","type":"mention","account":{"id":"7"},"status":{"id":2,` + status + `}}`,
		"a time in words": strings.Replace(letter(2, "odd"), `"created_at":"2026-11-21T12:00:00Z","visibility"`,
			`"created_at":"yesterday","visibility"`, 1),
		"an author who is a word": `{"id":"2","type":"mention","account":"eve","status":{"id":"2",` + status + `,"account":"eve"}}`,
		"names that are no list":  strings.Replace(letter(2, "odd"), `"mentions":[]`, `"mentions":{"a":1}`, 1),
		"many followers": strings.Replace(letter(2, "odd"), `"acct":"eve@far.example"}`,
			`"acct":"eve@far.example","followers_count":1e30}`, 2),
		"a status that is a list": `{"id":"2","type":"mention","account":{"id":"7"},"status":[1,2]}`,
		"an id that is a number":  strings.Replace(letter(2, "odd"), `{"id":"2"`, `{"id":2`, 1),
		"a bot that is a word": strings.Replace(letter(2, "odd"), `"acct":"eve@far.example"}`,
			`"acct":"eve@far.example","bot":"yes"}`, 2),
		"a notification that is a text":  `"hello"`,
		"a notification that is nothing": `null`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			texts, partly := readAll(t, opened(t, &letterbox{all: []string{letter(1, "hello"), odd, letter(3, "stop")}}))
			if !slices.Contains(texts, "hello") || !slices.Contains(texts, "stop") {
				t.Errorf("heard are %q", texts)
			}
			if len(texts) == 2 && !partly && odd != "null" {
				t.Error("it is left out, and nobody learns of it")
			}
		})
	}
}
