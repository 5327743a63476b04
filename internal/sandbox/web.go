package sandbox

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"hash/fnv"
	"html"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

//go:embed web
var webFiles embed.FS

var templates = template.Must(template.ParseFS(webFiles, "web/*.html"))

const (
	threadsShown = 30 // per account
	maxDepth     = 4  // of indentation
)

// view is the page: one column for each account.
type view struct {
	Single  bool // one account, or one thread
	Refresh int  // seconds
	People  int
	Columns []column
}

type column struct {
	Name, Display, About, Avatar                 string
	Followers, Posts, Direct, Mentions, Requests int
	Unmarked                                     bool // not marked as a bot
	Threads                                      []thread
}

type thread struct{ Items []item }

// item is one status of a thread.
type item struct {
	ID, Name, Display, Avatar, At, Stamp, URL string
	Depth                                     int
	Brand, Bot, Direct, Quiet                 bool
	Language                                  string
	Content                                   template.HTML
	Reblog                                    string
	Images                                    []picture
	Favourites, Boosts                        int
}

type picture struct{ URL, Alt string }

// pages serves what a browser sees.
func (s *Server) pages(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", s.front)
	mux.HandleFunc("GET /{name}", s.profile)
	mux.HandleFunc("GET /{name}/{id}", s.single)
	mux.HandleFunc("GET /sandbox/style.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, webFiles, "web/style.css")
	})
	mux.HandleFunc("GET /sandbox/avatar/{file}", s.avatar)
	mux.HandleFunc("GET /sandbox/write", s.writeForm)
	mux.Handle("POST /sandbox/mark", http.NewCrossOriginProtection().Handler(http.HandlerFunc(s.markBot)))
	mux.Handle("POST /sandbox/write", http.NewCrossOriginProtection().Handler(http.HandlerFunc(s.writeAs)))
}

func (s *Server) front(w http.ResponseWriter, _ *http.Request) {
	v := view{Refresh: 3}
	s.do(func() {
		v.People = len(s.world.accounts) - len(s.world.brands)
		for _, a := range s.world.brands {
			v.Columns = append(v.Columns, s.column(a, threadsShown))
		}
	})
	show(w, http.StatusOK, "timelines.html", v, "form-action 'self'")
}

func (s *Server) profile(w http.ResponseWriter, r *http.Request) {
	v := view{Refresh: 3, Single: true}
	s.do(func() {
		if a := s.named(r); a != nil {
			v.Columns = append(v.Columns, s.column(a, 5*threadsShown))
		}
	})
	s.showFound(w, v)
}

// single is the page of one thread, /@name/id.
func (s *Server) single(w http.ResponseWriter, r *http.Request) {
	v := view{Refresh: 3, Single: true}
	s.do(func() {
		x := s.world.byID[r.PathValue("id")]
		if a := s.named(r); a != nil && x != nil && x.author == a {
			c := s.column(a, 0)
			c.Threads = []thread{s.thread(rootOf(x), 0)}
			v.Columns = append(v.Columns, c)
		}
	})
	s.showFound(w, v)
}

func (s *Server) showFound(w http.ResponseWriter, v view) {
	if len(v.Columns) == 0 {
		writeProblem(w, errNotFound)
		return
	}
	show(w, http.StatusOK, "timelines.html", v, "form-action 'self'")
}

func (s *Server) named(r *http.Request) *account {
	name, ok := strings.CutPrefix(r.PathValue("name"), "@")
	if !ok {
		return nil
	}
	return s.find(name)
}

// show writes a page that may load nothing but our own style and pictures.
func show(w http.ResponseWriter, status int, name string, data any, more string) {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, "the page can't be written", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "+
		"frame-ancestors 'none'; "+cmp.Or(more, "form-action 'none'"))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// column is one account with its latest threads, the newest first.
func (s *Server) column(a *account, threads int) column {
	c := column{
		Name: a.acct(), Display: a.display, About: a.note, Avatar: avatarPath(a),
		Followers: len(a.followers) + a.claimed, Mentions: len(a.received),
		Unmarked: a.brand && !a.bot,
	}
	for _, x := range a.statuses {
		if x.visibility == "direct" {
			c.Direct++
		} else {
			c.Posts++
		}
	}
	for p := range s.world.requests {
		if p.to == a {
			c.Requests++
		}
	}
	for _, root := range latest(a, threads) {
		c.Threads = append(c.Threads, s.thread(root, 0))
	}
	return c
}

// latest are the first statuses of the threads where something of a, or to a,
// is newest.
func latest(a *account, n int) (roots []*status) {
	all := slices.Concat(tail(a.statuses), tail(a.received))
	slices.SortFunc(all, func(x, y *status) int { return compareIDs(y.id, x.id) })
	seen := map[*status]bool{}
	for _, x := range all {
		root := rootOf(x)
		if !seen[root] && len(roots) < n {
			seen[root] = true
			roots = append(roots, root)
		}
	}
	return roots
}

// tail is the end of a list; what is older is shown nowhere.
func tail(all []*status) []*status { return all[max(0, len(all)-2000):] }

func rootOf(x *status) *status {
	for x.parent != nil {
		x = x.parent
	}
	return x
}

func (s *Server) thread(x *status, depth int) (t thread) {
	if !x.deleted {
		t.Items = append(t.Items, s.item(x, min(depth, maxDepth)))
	}
	for _, reply := range x.replies {
		t.Items = append(t.Items, s.thread(reply, depth+1).Items...)
	}
	return t
}

func (s *Server) item(x *status, depth int) item {
	i := item{
		ID: x.id, Name: x.author.acct(), Display: x.author.display, Avatar: avatarPath(x.author),
		At: x.created.Local().Format("15:04:05"), Stamp: stamp(x.created), Depth: depth,
		Brand: x.author.brand, Bot: x.author.bot && !x.author.brand, Direct: x.visibility == "direct",
		Quiet: x.visibility == "unlisted", Language: x.language, URL: "/@" + x.author.acct() + "/" + x.id,
		Content:    template.HTML(s.content(x.text, x.entities)), //nolint:gosec // content escapes the text
		Favourites: len(x.favourites), Boosts: len(x.boosts),
	}
	if x.reblog != nil {
		i.Reblog = x.reblog.author.acct()
		i.Content = template.HTML(s.content(x.reblog.text, x.reblog.entities)) //nolint:gosec // same
	}
	for _, m := range x.media {
		i.Images = append(i.Images, picture{"/media/" + m.id, m.alt})
	}
	return i
}

func avatarPath(a *account) string { return "/sandbox/avatar/" + a.id + ".svg" }

// avatar is a picture of the first letter of a name, in a colour of its own.
func (s *Server) avatar(w http.ResponseWriter, r *http.Request) {
	letter, name := "·", ""
	s.do(func() {
		if a := s.world.accounts[strings.TrimSuffix(r.PathValue("file"), ".svg")]; a != nil {
			name = a.acct()
			if g := graphemes.FromString(a.display); g.Next() {
				letter = strings.ToUpper(g.Value())
			}
		}
	})
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "max-age=600")
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><rect width="48" height="48" rx="10" fill="hsl(%d 45%% 42%%)"/>`+
		`<text x="24" y="25" font-family="sans-serif" font-size="24" fill="#fff" text-anchor="middle" dominant-baseline="central">%s</text></svg>`,
		h.Sum32()%360, html.EscapeString(letter))
}
