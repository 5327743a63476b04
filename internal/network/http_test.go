package network

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func do(t *testing.T, c *http.Client, method, address string) (*Answer, error) {
	t.Helper()
	r, err := Request(t.Context(), method, address, []byte("{}"))
	if err != nil {
		return nil, err
	}
	return Do(c, r)
}

func TestAnswerIsReadWhole(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Seen", r.Method+" "+string(body))
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte("short and stout"))
	}))
	defer s.Close()
	a, err := do(t, HTTPClient(time.Second), http.MethodPost, s.URL)
	if err != nil || a.Status != http.StatusTeapot || string(a.Body) != "short and stout" || a.Header.Get("X-Seen") != "POST {}" {
		t.Errorf("got %+v, %v", a, err)
	}
}

// What a request leaves behind when it fails: nothing, or perhaps something.
func TestReasonOfLostRequest(t *testing.T) {
	t.Parallel()
	hold := make(chan bool)
	mux := http.NewServeMux()
	mux.HandleFunc("/cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("/hold", func(http.ResponseWriter, *http.Request) { <-hold })
	mux.HandleFunc("/half", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte("half"))
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("begins"))
		_ = http.NewResponseController(w).Flush()
		<-hold
	})
	s := httptest.NewServer(mux)
	defer s.Close()
	defer close(hold)
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + l.Addr().String()
	_ = l.Close()
	for address, lost := range map[string]Reason{
		s.URL + "/cut": Unknown, s.URL + "/hold": Unknown, s.URL + "/half": Unknown, s.URL + "/slow": Unknown,
		closed: Busy, strings.Replace(s.URL, "http:", "https:", 1): Busy, // no TLS here: nothing was sent
	} {
		for method, want := range map[string]Reason{http.MethodPost: lost, http.MethodDelete: lost, http.MethodGet: Busy} {
			_, err := do(t, HTTPClient(200*time.Millisecond), method, address+"?access_token="+hidden)
			if err == nil || ReasonOf(err) != want {
				t.Errorf("%s %s: got %q, want %q: %v", method, address, ReasonOf(err), want, err)
			}
			hides(t, "the error", fmt.Sprintf("%v %+v %#v", err, err, err))
			for e := err; e != nil; e = errors.Unwrap(e) {
				hides(t, "the cause", fmt.Sprintf("%v %+v", e, e))
			}
		}
	}
}

func TestEndedContextSendsNothing(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request came") }))
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := Request(ctx, http.MethodPost, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Do(HTTPClient(time.Second), r); ReasonOf(err) != Busy || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestRedirectIsAnAnswer(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.RedirectHandler("https://elsewhere.example/", http.StatusTemporaryRedirect))
	defer s.Close()
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if a, err := do(t, HTTPClient(time.Second), method, s.URL); err != nil || a.Status != http.StatusTemporaryRedirect {
			t.Errorf("%s: got %+v, %v", method, a, err)
		}
	}
}

// A server that never stops talking does not fill the memory.
func TestAnswerHasAnEnd(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range 20 {
			_, _ = w.Write(make([]byte, 1<<20))
		}
	}))
	defer s.Close()
	if _, err := do(t, HTTPClient(10*time.Second), http.MethodGet, s.URL); !errors.Is(err, ErrTooLarge) || ReasonOf(err) != Busy {
		t.Errorf("%v", err)
	}
}

func TestAddressThatIsNone(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"http://[::1", "://x?token=" + hidden, "http://a b/" + hidden, "http://x/%zz" + hidden} {
		_, err := do(t, http.DefaultClient, http.MethodGet, address)
		if ReasonOf(err) != Refused {
			t.Errorf("%s: got %v", address, err)
		}
		hides(t, address, fmt.Sprintf("%v %+v %#v", err, err, err))
	}
}

// SetKey must not be “improved”: see mastodon.TestTransportDoesNotReplay.
func TestKeyIsInLowerCase(t *testing.T) {
	t.Parallel()
	r, err := Request(t.Context(), http.MethodPost, "http://x", nil)
	if err != nil {
		t.Fatal(err)
	}
	SetKey(r, "k")
	spelled := r.Header["idempotency-key"] //nolint:staticcheck // that spelling is the point
	if len(spelled) != 1 || spelled[0] != "k" || r.Header.Get("Idempotency-Key") != "" {
		t.Errorf("got %v", r.Header)
	}
}
