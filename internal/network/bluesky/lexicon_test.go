package bluesky

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
)

// All calls that the connector can make are as the official lexicons want them.
func TestCallsFitTheLexicons(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	r.signIn()
	r.public()
	r.answers()
	r.chats()
	r.looks()
	all := asked(r.proxy)
	fits(t, all)
	made := map[string]bool{}
	for _, x := range all {
		made[x.nsid()] = true
	}
	for _, nsid := range callsInSource(t) {
		if !made[nsid] {
			t.Errorf("%s was not called: its form is not known", nsid)
		}
	}
}

// callRule finds the names of calls in our source.
var callRule = regexp.MustCompile(`nsid: "([^"]+)"|"(com\.atproto\.server\.[^"]+)"`)

func callsInSource(t *testing.T) (all []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	must(t, err)
	for _, file := range slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, "_test.go") }) {
		text, err := os.ReadFile(file) //nolint:gosec // our own source
		must(t, err)
		for _, m := range callRule.FindAllStringSubmatch(string(text), -1) {
			all = append(all, m[1]+m[2])
		}
	}
	if len(all) < 18 {
		t.Errorf("found only %q", all)
	}
	return all
}

// Posts of all kinds of texts are valid records, whatever marks are found in them.
func TestTextsFitTheLexicons(t *testing.T) {
	t.Parallel()
	var all []request
	for seed := range uint64(500) {
		d := network.Draft{Key: "k", Text: generated(seed + 20_000), Language: "zh-Hant", At: time.Now()}
		if !measure(d.Text, false, defaults).Fits() {
			continue
		}
		fs, err := facets(t.Context(), d.Text, resolveKnown)
		must(t, err)
		x, err := new(client).record(t.Context(), d, fs)
		must(t, err)
		all = append(all, procedure(t, "com.atproto.repo.putRecord", put{"did:plc:pomelo", posts, rkey(d.Key, d.At), x, nil}))
	}
	fits(t, all)
}

// What is wrong is complained of: else the tests above would say nothing.
func TestWrongCallsAreCaught(t *testing.T) {
	t.Parallel()
	post := func(edit func(body, record map[string]any)) request {
		x := map[string]any{"$type": posts, "text": "hello", "createdAt": "2027-03-01T09:00:00.000Z"}
		body := map[string]any{"repo": "did:plc:pomelo", "collection": posts, "rkey": "3kfzbnqqzzk22", "record": x, "swapRecord": nil}
		edit(body, x)
		return procedure(t, "com.atproto.repo.putRecord", body)
	}
	record := func(name string, value any) request {
		return post(func(_, x map[string]any) { x[name] = value })
	}
	mark := func(feature map[string]any) request {
		return record("facets", []any{map[string]any{"index": map[string]any{"byteStart": 0, "byteEnd": 5}, "features": []any{feature}}})
	}
	embed := func(image map[string]any) request {
		return record("embed", map[string]any{"$type": "app.bsky.embed.images", "images": []any{image}})
	}
	blob := func(mime string, size int) map[string]any {
		link := map[string]string{"$link": "bafkreibme22gw2h7y2h7tg2fhqotaqjucnbc24deqo72b6mkl2egezxhvy"}
		return map[string]any{"$type": "blob", "ref": link, "mimeType": mime, "size": size}
	}
	get := func(uri string) request { return request{Method: "GET", URI: "/xrpc/" + uri} }
	wrong := []struct {
		asked request
		want  string
	}{
		{post(func(_, _ map[string]any) {}), ""}, // right, so that the others are wrong for their reasons
		{mark(map[string]any{"$type": "app.bsky.richtext.facet#tag", "tag": "sale"}), ""},
		{embed(map[string]any{"alt": "a picture", "image": blob("image/png", 900_000)}), ""},
		{get("app.bsky.graph.getFollowers?actor=pomelo.test&limit=100"), ""},

		{record("text", 17), "Record/text must be a string"},
		{record("text", strings.Repeat("👨‍👩‍👧‍👦", 301)), "Record/text must not be longer than"},
		{record("text", strings.Repeat("x", 301)), "Record/text must not be longer than 300 graphemes"},
		{post(func(_, x map[string]any) { delete(x, "createdAt") }), `Record must have the property "createdAt"`},
		{record("createdAt", "yesterday"), "Record/createdAt"},
		{record("langs", "en"), "Record/langs must be an array"},
		{record("langs", []string{"English!"}), "Record/langs/0"},
		{record("langs", []string{"en", "zh", "de", "fr"}), "Record/langs must not have more than 3 elements"},
		{record("language", "en"), "Record/language is not in the lexicon"},
		{record("$type", "app.bsky.feed.like"), "Invalid $type"},
		{record("reply", map[string]any{"parent": strong{"at://did:plc:pomelo/app.bsky.feed.post/3kfzbnqqzzk22", "none"}}), "Record/reply"},
		{mark(map[string]any{"$type": "app.bsky.richtext.facet#tags", "tag": "sale"}), "Record/facets/0/features/0 is a"},
		{mark(map[string]any{"$type": "app.bsky.richtext.facet#mention", "did": "@pomelo.test"}), "Record/facets/0/features/0/did"},
		{mark(map[string]any{"$type": "app.bsky.richtext.facet#link"}), `must have the property "uri"`},
		{embed(map[string]any{"image": blob("image/png", 9)}), `must have the property "alt"`},
		{embed(map[string]any{"alt": "", "image": "a.png"}), "should be a blob ref"},
		{embed(map[string]any{"alt": "", "image": blob("text/plain", 9)}), "is text/plain"},
		{embed(map[string]any{"alt": "", "image": blob("image/png", 90_000_000)}), "has 90000000 bytes"},
		{post(func(body, _ map[string]any) { delete(body, "repo") }), `Input must have the property "repo"`},
		{post(func(body, _ map[string]any) { body["rkey"] = "no/key" }), "Input/rkey"},
		{post(func(body, _ map[string]any) { body["rkey"] = "self" }), "Input/rkey must be a TID"},
		{post(func(body, _ map[string]any) { body["swaprecord"] = nil }), "Input/swaprecord is not in the lexicon"},
		{get("com.atproto.repo.putRecord"), "Not a query lexicon"},
		{request{Method: "POST", URI: "/xrpc/app.bsky.graph.getFollowers?actor=pomelo.test"}, "Not a procedure lexicon"},
		{get("app.bsky.graph.getFollower?actor=pomelo.test"), "Lexicon not found"},
		{get("app.bsky.graph.getFollowers?limit=100"), `Params must have the property "actor"`},
		{get("app.bsky.graph.getFollowers?actor=pomelo.test&limit=101"), "limit can not be greater than 100"},
		{get("app.bsky.graph.getFollowers?actor=pomelo.test&limit=all"), "limit must be an integer"},
		{get("app.bsky.graph.getFollowers?actor=pomelo.test&page=2"), "Params/page is not in the lexicon"},
		{get("app.bsky.graph.getFollowers?actor=pomelo.test&actor=a.test"), "Params/actor is there 2 times"},
		{request{Method: "GET", URI: "/xrpc/com.atproto.server.getSession", Body: []byte("{}")}, "Input: the lexicon has none"},
		{procedure(t, "com.atproto.server.refreshSession", struct{}{}), "Input: the lexicon has none"},
		{request{Method: "POST", URI: "/xrpc/com.atproto.repo.uploadBlob", Body: []byte("x")}, "Input is of no type"},
		{request{Method: "POST", URI: "/xrpc/com.atproto.repo.deleteRecord", Type: "application/json"}, "Input is missing"},
		{request{Method: "POST", URI: "/xrpc/com.atproto.repo.deleteRecord", Type: "text/plain", Body: []byte("{}")}, "Input is text/plain"},
		{procedure(t, "chat.bsky.convo.sendMessage", map[string]any{"convoId": "c", "message": map[string]any{}}),
			`must have the property "text"`},
		{procedure(t, "chat.bsky.convo.sendMessage", map[string]any{"convoId": "c", "message": message{Convo: "c", Text: "x"}}),
			"Input/message/convoId is not in the lexicon"},
	}
	var all []request
	for _, x := range wrong {
		all = append(all, x.asked)
	}
	for i, got := range complaints(t, all) {
		if x := wrong[i]; !strings.Contains(got, x.want) || (got == "") != (x.want == "") {
			t.Errorf("%s %s %s:\n got %q\nwant %q", x.asked.Method, x.asked.URI, x.asked.Body, got, x.want)
		}
	}
}
