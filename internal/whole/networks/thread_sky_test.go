package networks_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"
)

// record is a post of a thread in the account's repository.
type record struct {
	uri, root, parent, text, at string
	langs                       any
	links                       []string // where one can click
}

func (k *sky) records(t *testing.T) (out []record) {
	t.Helper()
	all, err := k.Posts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		x := record{uri: r.URI, text: r.Text(), langs: r.Value["langs"]}
		x.at, _ = r.Value["createdAt"].(string) // else they are out of order
		if reply, ok := r.Value["reply"].(map[string]any); ok {
			x.root, x.parent = reply["root"].(map[string]any)["uri"].(string), reply["parent"].(map[string]any)["uri"].(string)
		}
		x.links = links(r.Value["facets"])
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b record) int { return strings.Compare(a.at, b.at) })
	return out
}

// links are the addresses of a post's facets.
func links(facets any) (out []string) {
	list, _ := facets.([]any) // none: no links
	for _, f := range list {
		for _, x := range f.(map[string]any)["features"].([]any) {
			if uri, ok := x.(map[string]any)["uri"].(string); ok {
				out = append(out, uri)
			}
		}
	}
	return out
}

// tied checks that a thread's parts answer each other, below the first.
func (k *sky) tied(t *testing.T, text string) {
	t.Helper()
	var all []kit.Part
	seen := k.records(t)
	for i, r := range seen {
		all = append(all, kit.Part{ID: r.uri, Parent: r.parent, Text: r.text})
		if i > 0 && r.root != seen[0].uri {
			t.Errorf("the root of part %d is %q", i+1, r.root)
		}
		if fmt.Sprint(r.langs) != "[en]" {
			t.Errorf("part %d is in %v", i+1, r.langs)
		}
	}
	entire(t, all, text)
}

// threadOnSky is a text of four posts with two links, one at the end.
var threadOnSky = "See https://shop.example/tea?leaf=green first. " + kit.Tale(880) + " All is at https://shop.example/all-of-it-2027."

// On the real Bluesky network: root and parent are right, links can be clicked.
func TestThreadOnBluesky(t *testing.T) {
	t.Parallel()
	s, k := bluesky(t, "long-tale")
	if said, code := s.Login(k.AppPassword, ""); code != 0 {
		t.Fatalf("login: %d: %s", code, said)
	}
	s.Run()
	s.Threaded(threadOnSky, time.Second)
	s.Until("it is out", func() bool { s.Run(); return s.Wound(4)() })
	s.Run()
	k.tied(t, threadOnSky)
	var all []string
	for _, r := range k.records(t) {
		all = append(all, r.links...)
	}
	if want := []string{"https://shop.example/tea?leaf=green", "https://shop.example/all-of-it-2027"}; !slices.Equal(all, want) {
		t.Errorf("one can click %v", all)
	}
}

// Killed at points of the second and third part, and with answers lost.
func TestThreadBlueskyKilled(t *testing.T) {
	t.Parallel()
	for i, point := range []string{"composed:2", "prepared:3", "frozen:2", "publishing:3", "published:2", "recording:3", "lost:before",
		"lost:after"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			s, k := bluesky(t, fmt.Sprint("long-tale-", i))
			if said, code := s.Login(k.AppPassword, ""); code != 0 {
				t.Fatalf("login: %d: %s", code, said)
			}
			s.Run()
			if how, lost := strings.CutPrefix(point, "lost:"); lost {
				k.loses(how)
			}
			s.Threaded(threadOnSky, time.Second)
			s.Command([]string{"MAGPIE_CRASH_AT=" + point}, "run", "--once").Ended()
			s.Until("it is out", func() bool { kit.Pause(300 * time.Millisecond); s.Magpie("run", "--once"); return s.Wound(4)() })
			k.tied(t, threadOnSky)
		})
	}
}

// loses drops the answer to the second post, before or after it is stored.
func (k *sky) loses(how string) {
	n := 0
	k.meet("putRecord", func(_ http.ResponseWriter, r *http.Request) bool {
		if n++; n != 2 {
			return false
		}
		if how == "after" {
			body, _ := io.ReadAll(r.Body) // an empty one is refused
			again, _ := http.NewRequest(r.Method, k.PDS+r.URL.Path, strings.NewReader(string(body)))
			again.Header = r.Header.Clone()
			if resp, err := http.DefaultClient.Do(again); err == nil {
				_ = resp.Body.Close()
			}
		}
		panic(http.ErrAbortHandler)
	})
}
