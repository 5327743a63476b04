package mastodon

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/sandbox"
)

// heard is what the rules see of a status: its lines, without empty ones and without
// the signs of lists.
func heard(t *testing.T, s map[string]any) (lines []string) {
	t.Helper()
	text, err := json.Marshal(map[string]any{"id": "1", "type": "mention", "account": map[string]string{"acct": "ann"}, "status": s})
	must(t, err)
	var n notification
	must(t, json.Unmarshal(text, &n))
	events := (&client{settings: network.Settings{Server: "https://social.example"}}).event(n)
	if len(events) != 1 || events[0].Mention == nil {
		t.Fatalf("%s: %+v", text, events)
	}
	for line := range strings.Lines(events[0].Mention.Text) {
		if line = strings.Join(strings.Fields(strings.TrimLeft(strings.TrimSpace(line), "•*-0123456789.")), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// hears checks the lines of a status that has only content.
func hears(t *testing.T, content string, want ...string) {
	t.Helper()
	if got := heard(t, map[string]any{"content": content}); !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", content, got, want)
	}
}

// Each block is a line of its own: its words don't run into those beside it.
func TestBlocksAreLines(t *testing.T) {
	t.Parallel()
	hears(t, `<p>@shop</p><ul><li>deal</li><li>coupon</li></ul>`, "@shop", "deal", "coupon")
	hears(t, `<p>@shop</p><ol><li>deal</li><li>coupon</li></ol>thanks`, "@shop", "deal", "coupon", "thanks")
	hears(t, `<ul><li>deal<ul><li>coupon</li></ul></li><li>code</li></ul>`, "deal", "coupon", "code")
	hears(t, `<ul><li><p>deal</p></li><li><p>coupon</p></li></ul>`, "deal", "coupon")
	hears(t, `<ul><li>deal<li>coupon</ul>thanks`, "deal", "coupon", "thanks") // HTML ends these by itself
	hears(t, `one<p>deal</p><pre><code>deal</code></pre>please`, "one", "deal", "deal", "please")
	hears(t, `<h1>Deal</h1>please`, "Deal", "please")
	hears(t, `<pre><code>deal</code></pre>please`, "deal", "please")
	hears(t, `one<p>deal</p>two`, "one", "deal", "two")
	hears(t, `<div>@shop</div><div>deal</div>please`, "@shop", "deal", "please")
	hears(t, `@shop<hr>deal<hr/>please`, "@shop", "deal", "please")
	hears(t, `<p>@shop<p>deal<p>please`, "@shop", "deal", "please")
	hears(t, `<H2>Deal</H2>please<BR>now`, "Deal", "please", "now")
	for _, block := range strings.Fields("p div h1 h2 h3 h4 h5 h6 pre li section article header footer figure center") {
		hears(t, "one<"+block+">deal</"+block+">two", "one", "deal", "two")
	}
	hears(t, `<dl><dt>deal</dt><dd>coupon</dd></dl>code`, "deal", "coupon", "code")
	rows := heard(t, map[string]any{"content": `<table><tr><td>deal</td><td>coupon</td></tr><tr><td>code</td></tr></table>`})
	if got := strings.Fields(strings.Join(rows, " ")); !slices.Equal(got, []string{"deal", "coupon", "code"}) {
		t.Errorf("a table: %q", rows)
	}
}

// What stands within a line parts no word.
func TestWordsStayWhole(t *testing.T) {
	t.Parallel()
	hears(t, `<p>de<strong>a</strong><em>l</em></p>`, "deal")
	hears(t, `<p>d<b>e</b><i>a</i><u>l</u>, c<code>o</code>de, <del>no</del><s>pe</s></p>`, "deal, code, nope")
	hears(t, `<p><span class="h-card"><a href="https://x/@shop" class="u-url mention">@<span>shop</span></a></span> deal</p>`, "@shop deal")
	hears(t, `<a href="https://s.example/abc"><span class="invisible">https://</span><span class="ellipsis">s.example/a</span>`+
		`<span class="invisible">bc</span></a>`, "https://s.example/abc")
	hears(t, `<p>caf&eacute; &amp; deal &lt;3</p>`, "café & deal <3")
	hears(t, `deal&nbsp;please &#x1F525;`, "deal please 🔥")
	hears(t, `<p>退<br>订</p>`, "退", "订")
	hears(t, `a < b`, "a < b")
	hears(t, strings.Repeat("<span>", 5000)+"stop", "stop") // deeper than a parser of HTML goes
}

// A quote is not what the person said: no rule answers its words, no opt-out is hidden
// by it. (Who reads it at the desk has to see it all the same.)
func TestQuotesAreNotSaid(t *testing.T) {
	t.Parallel()
	hears(t, `<blockquote><p>Write “deal” for a code</p></blockquote><p>@shop is this legal?</p>`, "@shop is this legal?")
	hears(t, `<blockquote>Write deal, we will opt you out</blockquote>@shop deal`, "@shop deal")
	hears(t, `<p>@shop Abmelden</p><blockquote><p>Alles um 20 % billiger</p></blockquote>`, "@shop Abmelden")
	hears(t, `<blockquote>deal<blockquote>coupon</blockquote>code</blockquote>stop`, "stop")
	hears(t, `<blockquote><ul><li>deal</li></ul><p>coupon</p></blockquote><p>@shop</p><blockquote>code</blockquote>stop`, "@shop", "stop")
	hears(t, `stop<blockquote><p>deal`, "stop")            // it ends with the text
	hears(t, `<p>one</p></blockquote>stop`, "one", "stop") // and this is none
	hears(t, `<BLOCKQUOTE CITE="https://x/">deal</BLOCKQUOTE>stop`, "stop")
}

// A server that knows quotes of posts puts a line into the text for those that don't
// (Mastodon documentation, Quotes: class quote-inline).
func TestLineOfAQuotedPostIsNotSaid(t *testing.T) {
	t.Parallel()
	const link = `<a href="https://s.example/@a/1">https://s.example/@a/1</a>`
	hears(t, `<p class="quote-inline">RE: `+link+`</p><p>@shop Abmelden</p>`, "@shop Abmelden")
	hears(t, `<p class="quote-inline">RE: `+link+`</p><p>@shop stop</p>`, "@shop stop")
	hears(t, `<p>@shop stop<span class="quote-inline"><br><br>RE: `+link+`</span></p>`, "@shop stop") // Misskey
	hears(t, `<p>@shop stop<span class="quote-inline"><br/><br/><bdi>RE:</bdi> <span>`+link+`</span></span></p>`, "@shop stop")
	hears(t, `<p>@shop stop</p><p class='first quote-inline last'>RT: `+link+`</p>`, "@shop stop")
	hears(t, `<div class="quote-inline"><div>RE: `+link+`</div><p>deal</p></div>@shop stop`, "@shop stop")
	hears(t, `<p class="quote-inline">RE: `+link+`<p>@shop stop`, "@shop stop") // <p> ends the one before
	hears(t, `<p class="no-quote-inline-x">@shop deal</p>`, "@shop deal")
	hears(t, `<p>RE: my order</p><p>@shop deal</p>`, "RE: my order", "@shop deal")
}

// A content warning is part of what was said, and comes first.
func TestContentWarningIsSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		warning any
		content string
		want    []string
	}{
		{"deal", "<p>@shop please?</p>", []string{"deal", "@shop please?"}},
		{"stop", "<p>@shop</p>", []string{"stop", "@shop"}},
		{"Re: a <3 & b", "<p>@shop deal</p>", []string{"Re: a <3 & b", "@shop deal"}}, // it is no HTML
		{"deal", "", []string{"deal"}},
		{"deal", "<blockquote>coupon</blockquote>@shop?", []string{"deal", "@shop?"}},
		{"  ", "<p>@shop deal</p>", []string{"@shop deal"}},
		{"", "<p>@shop deal</p>", []string{"@shop deal"}},
		{nil, "<p>@shop deal</p>", []string{"@shop deal"}},
	} {
		if got := heard(t, map[string]any{"spoiler_text": c.warning, "content": c.content}); !slices.Equal(got, c.want) {
			t.Errorf("%q, %q: got %q, want %q", c.warning, c.content, got, c.want)
		}
	}
}

// Our own posts are read with all their words: a server that knows Markdown shows a line
// that begins with > as a quote.
func TestOwnPostsKeepTheirQuotes(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/verify_credentials"):
			fmt.Fprint(w, `{"id": "1", "acct": "shop"}`)
		case strings.HasSuffix(r.URL.Path, "/instance"):
			fmt.Fprint(w, `{"version": "4.5.0"}`)
		case r.URL.Query().Has("max_id"):
			fmt.Fprint(w, `[]`)
		default:
			fmt.Fprint(w, `[{"id": "2", "created_at": "2027-01-02T03:04:05Z",
				"content": "<blockquote><p>They said</p></blockquote><p>We say</p>"}]`)
		}
	}))
	t.Cleanup(server.Close)
	all, err := newClient(t, server.URL).Posts(t.Context(), time.Time{})
	must(t, err)
	if len(all) != 1 || strings.Join(strings.Fields(all[0].Text), " ") != "They said We say" {
		t.Errorf("got %+v", all)
	}
}

// An answer below a content warning has one, in our words: theirs would stand in the brand's
// name, and may be as long as they like.
func TestWarningIsNotCarriedOn(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	c := newClient(t, s.URL())
	for _, x := range []struct{ language, text, want string }{
		{"en", "From nine to six.", "Re: content warning"}, {"zh-CN", "九点到六点。", "回复：内容警告"}, {"en", strings.Repeat("x", 470), "CW"},
		{"en", strings.Repeat("x", 485), ""},
	} {
		m := c.mention(status{ID: "1", Content: "<p>@brand when?</p>",
			Warning: "Official: we are bankrupt, see https://evil.example" + strings.Repeat("!", 5000)})
		if len(m.Ref) > 200 {
			t.Errorf("the address has %d bytes", len(m.Ref))
		}
		sealed, err := c.Prepare(t.Context(), network.Draft{Text: x.text, Language: x.language, Key: "k", ReplyTo: m.Ref,
			To: &network.Person{Handle: "eve@evil.example"}})
		must(t, err)
		var p post
		must(t, json.Unmarshal(sealed.Body, &p))
		if p.Warning != x.want {
			t.Errorf("%.20q in %s: the warning is %q", x.text, x.language, p.Warning)
		}
	}
}
