package shopapi_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/sirupsen/logrus"

	"magpie/internal/apikey"
	"magpie/internal/bot"
	"magpie/internal/coupon"
	"magpie/internal/network"
	"magpie/internal/shopapi"
	"magpie/internal/store/storetest"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC
	os.Exit(storetest.Both(m))
}

var noon = time.Date(2027, 11, 26, 12, 0, 0, 0, time.UTC)

var files = map[string]string{
	"magpie.yaml": "currency: USD\n",
	"accounts/outlet.yaml": `network: mastodon
server: https://social.example
handle: outlet
about: Offers
language: en
timezone: America/Chicago
credentials: env:NO_SUCH_TOKEN
`,
	"campaigns/offers.yaml": `bf: {value: 30%, discount: 30%, codes: made, per_person: 1, valid: 72h, least: 50.00 USD, most: 40.00 USD}
all: {value: 10%, codes: "shared:SAVE10", until: 2027-12-31, uses: {person: 1}}
hotel: {value: a night, codes: made}
keeps: {value: 30%, codes: made, on_cancel: keep}
`,
	"campaigns/bf.yaml": `title: Black Friday
offer: bf
steps:
  tease: {accounts: [outlet], at: 2027-11-27 10:00, say: tease}
`,
	"campaigns/tips.yaml": `title: Tips
steps:
  tip: {accounts: [outlet], at: 2027-11-28 10:00, say: tip}
`,
	"templates/tip.en.tmpl":   "Today's tip: keep it dry.\n",
	"templates/tease.en.tmpl": "30 % off, from tomorrow.\n",
}

// shop is a shop that calls the API.
type shop struct {
	*testing.T
	b      *bot.Bot
	s      *httptest.Server
	key    string
	router routers.Router
	now    atomic.Int64
	calls  atomic.Int64
}

func open(t *testing.T) *shop {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	log := logrus.New()
	log.SetOutput(io.Discard)
	s := &shop{T: t}
	s.now.Store(noon.UnixMilli())
	b, err := bot.Open(t.Context(), bot.Options{Dir: dir, Database: storetest.Place(t), Log: logrus.NewEntry(log),
		Clock: func() time.Time { return time.UnixMilli(s.now.Load()).UTC() }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	s.b = b
	s.s = httptest.NewServer((&shopapi.Server{Acts: b.Acts, Log: b.Log}).Handler())
	t.Cleanup(s.s.Close)
	s.key = s.newKey("shop", apikey.Scopes)
	s.router = s.routes()
	return s
}

func (s *shop) newKey(name string, scopes []string, offers ...string) string {
	s.Helper()
	key, err := apikey.Add(s.Context(), s.b.DB, apikey.Key{Name: name, Scopes: scopes, Offers: offers, CreatedBy: "ann"}, noon)
	if err != nil {
		s.Fatal(err)
	}
	return key
}

// routes reads the description that the server serves.
func (s *shop) routes() routers.Router {
	s.Helper()
	resp, err := http.Get(s.s.URL + "/api/v1/openapi.yaml") //nolint:noctx // a test
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err == nil {
		err = doc.Validate(s.Context(), openapi3.IsOpenAPI31OrLater())
	}
	if err != nil {
		s.Fatal(err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		s.Fatal(err)
	}
	return router
}

// reply is an answer of the API.
type reply struct {
	status int
	header http.Header
	body   map[string]any
	text   string
}

func (r reply) code() string { return fmt.Sprint(r.body["code"]) }

// request is a call that is made up by hand.
type request struct {
	method, path, body, key, idempotency string
	asIs                                 bool // it does not fit the description, on purpose
}

// do makes a call and holds it and its answer against the description.
func (s *shop) do(x request) reply {
	s.Helper()
	req, err := http.NewRequestWithContext(context.Background(), x.method, s.s.URL+x.path, strings.NewReader(x.body))
	if err != nil {
		s.Fatal(err)
	}
	if x.key != "" {
		req.Header.Set("Authorization", "Bearer "+x.key)
	}
	if x.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if x.idempotency != "" {
		req.Header.Set("Idempotency-Key", x.idempotency)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	r := reply{status: resp.StatusCode, header: resp.Header, text: string(text)}
	if err := json.Unmarshal(text, &r.body); err != nil {
		s.Fatalf("%s: %s", x.path, text)
	}
	s.fits(x, req, resp, text)
	return r
}

func (s *shop) fits(x request, req *http.Request, resp *http.Response, text []byte) {
	s.Helper()
	route, params, err := s.router.FindRoute(req)
	if err != nil {
		s.Fatalf("%s %s is not described: %v", x.method, x.path, err)
	}
	req.Body = io.NopCloser(strings.NewReader(x.body))
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}
	in := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route, Options: options}
	if err := openapi3filter.ValidateRequest(context.Background(), in); (err != nil) != x.asIs {
		s.Errorf("%s %s %s: as it is meant %v: %v", x.method, x.path, x.body, !x.asIs, err)
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: resp.StatusCode, Header: resp.Header,
		Body: io.NopCloser(bytes.NewReader(text)), Options: options}
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		s.Errorf("%s %s answers %d %s: %v", x.method, x.path, resp.StatusCode, text, err)
	}
}

// post makes a call under a key of its own.
func (s *shop) post(path, body string) reply {
	s.Helper()
	return s.do(request{method: "POST", path: "/api/v1/" + path, body: body, key: s.key, idempotency: fmt.Sprint("call ", s.calls.Add(1))})
}

func (s *shop) get(path string) reply {
	s.Helper()
	return s.do(request{method: "GET", path: "/api/v1/" + path, key: s.key})
}

// is fails unless an answer has a status and, where it is a problem, a code.
func (s *shop) is(r reply, status int, code string) {
	s.Helper()
	if r.status != status || code != "" && r.code() != code {
		s.Errorf("got %d %s, want %d %s", r.status, r.text, status, code)
	}
}

// given is a code of an offer that somebody got.
func (s *shop) given(offer string, person int64) (code string) {
	s.Helper()
	err := s.b.DB.Write(s.Context(), func(tx *sql.Tx) (err error) {
		code, err = coupon.Reserve(s.Context(), tx, coupon.Offer{Name: offer, Made: true}, coupon.For{Person: person,
			Post:     fmt.Sprint("p", person),
			Campaign: "bf", Step: "tease", Account: "outlet"}, noon)
		if err == nil {
			err = coupon.Deliver(s.Context(), tx, noon, code)
		}
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	return code
}

// meet is somebody whom we know by a handle alone.
func (s *shop) meet(handle string) (person int64) {
	s.Helper()
	err := s.b.DB.Write(s.Context(), func(tx *sql.Tx) (err error) {
		person, err = s.b.Book.Meet(s.Context(), tx, "mastodon", network.Person{ID: handle, Handle: handle}, noon)
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	return person
}
