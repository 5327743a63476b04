package networktest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"magpie/internal/network"
)

// bare answers what is published, and what is uploaded for it, with refusals that are not the network's own: those of proxies, load
// balancers and maintenance pages, and with redirects. The network has not seen the post, so it goes out later; it is never refused.
func bare(b *bench) {
	s := b.seal(b.draft("this waits behind a proxy"))
	forms := map[string]Answer{
		"empty": {},
		"page": {Header: http.Header{"Content-Type": {"text/html"}},
			Body: "<html><head><title>404 Not Found</title></head><body>nginx</body></html>"},
		"plain":      {Header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, Body: "404 page not found\n"},
		"other JSON": {Header: http.Header{"Content-Type": {"application/json"}}, Body: `{"ok":false,"ray":"8c1f"}`},
		"cut JSON":   {Header: http.Header{"Content-Type": {"application/json"}}, Body: `{"error":"no such`},
	}
	wrong := map[string][]string{}
	note := func(call string, err error, status int, form string, good ...network.Reason) {
		if b.tell(err); err == nil || !slices.Contains(good, network.ReasonOf(err)) {
			wrong[call] = append(wrong[call], fmt.Sprintf("%d %s (%s)", status, form, network.ReasonOf(err)))
		}
	}
	for _, status := range []int{301, 302, 303, 307, 308, 400, 403, 404, 405, 410, 421, 422} {
		for form, a := range forms {
			if a.Status = status; status < 400 {
				a.Header = http.Header{"Location": {"https://elsewhere.example/maintenance"}}
			}
			b.proxy.Next(b.Wire.Publish, Spoil{Answer: &a})
			_, err := b.c.Publish(b.Context(), s)
			note("publish", err, status, form, network.Busy, network.Unknown)
			if b.Wire.Upload == "" {
				continue
			}
			d := b.draft("a picture behind a proxy")
			d.Images = []network.Image{Picture("a.png", byte(status))}
			b.proxy.Next(b.Wire.Upload, Spoil{Answer: &a})
			_, err = b.c.Prepare(b.Context(), d)
			note("upload", err, status, form, network.Busy)
		}
	}
	for call, all := range wrong {
		slices.Sort(all)
		b.Errorf("%s: not the network's own words, and not taken for “not now”: %s", call, strings.Join(all, ", "))
	}
	b.posted()
	if _, out := b.end(s); !out {
		b.Error("nothing goes when the proxy is itself again")
	}
	b.posted(s.Text)
}
