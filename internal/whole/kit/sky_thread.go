package kit

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// record is a post of a thread in the account's repository.
type record struct {
	Uri, Root, Parent, text, at string
	langs                       any
	Links                       []string // where one can click
}

func (k *Sky) Records(t *testing.T) (out []record) {
	t.Helper()
	all, err := k.Posts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		x := record{Uri: r.URI, text: r.Text(), langs: r.Value["langs"]}
		x.at, _ = r.Value["createdAt"].(string) // else they are out of order
		if reply, ok := r.Value["reply"].(map[string]any); ok {
			x.Root, x.Parent = reply["root"].(map[string]any)["uri"].(string), reply["parent"].(map[string]any)["uri"].(string)
		}
		x.Links = links(r.Value["facets"])
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

// Tied checks that a thread's parts answer each other, below the first.
func (k *Sky) Tied(t *testing.T, text string) {
	t.Helper()
	var all []Part
	seen := k.Records(t)
	for i, r := range seen {
		all = append(all, Part{ID: r.Uri, Parent: r.Parent, Text: r.text})
		if i > 0 && r.Root != seen[0].Uri {
			t.Errorf("the root of part %d is %q", i+1, r.Root)
		}
		if fmt.Sprint(r.langs) != "[en]" {
			t.Errorf("part %d is in %v", i+1, r.langs)
		}
	}
	Entire(t, all, text)
}

// Loses drops the answer to the second post, before or after it is stored.
func (k *Sky) Loses(how string) {
	n := 0
	k.Meet("putRecord", func(_ http.ResponseWriter, r *http.Request) bool {
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

// Entire fails unless the whole thread is out, each part once.
func Entire(t *testing.T, all []Part, text string) {
	t.Helper()
	if wrong := Unravelled(all, text); len(wrong) > 0 || !Finished(all) {
		t.Errorf("finished: %v, numbers %v\n%s", Finished(all), Numbers(all), strings.Join(wrong, "\n"))
	}
}
