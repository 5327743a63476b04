package bot

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/network"
	"magpie/internal/network/weibo/weibofake"
	"magpie/internal/store/storetest"
)

// boxes are two processes with the same account on Weibo, which take its pushes.
func boxes(t *testing.T) (all []http.Handler, account string, kept func() int) {
	t.Helper()
	s := weibofake.Open(t, weibofake.Options{})
	brand := s.Account("柚子电脑")
	t.Setenv("WEIBO_APP", weibofake.DefaultKey+" "+weibofake.DefaultSecret)
	dir, place := t.TempDir(), storetest.Place(t)
	putFiles(t, dir, map[string]string{"campaigns/tips.yaml": files["campaigns/tips.yaml"],
		"templates/tip.en.tmpl": "A tip. https://shop.example/",
		"accounts/outlet.yaml": "network: weibo\nserver: " + s.URL +
			"\nabout: Things\nlanguage: en\ntimezone: UTC\ncredentials: env:WEIBO_APP\n" +
			"weibo: {enabled: true, safe_domain: shop.example, ip: 203.0.113.7, push: true}\n"})
	log := logrus.New()
	log.SetOutput(io.Discard)
	for range 2 {
		b, err := Open(context.Background(), Options{Dir: dir, Database: place, Log: logrus.NewEntry(log)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = b.Close() })
		if err := b.Vault.Session("outlet").Save(network.Secret(`{"access_token":"` + brand.Token + `","uid":"` + brand.ID +
			`"}`)); err != nil {
			t.Fatal(err)
		}
		all = append(all, b.Listener.Pushes())
		kept = func() (n int) {
			if err := b.DB.Read.QueryRow(`SELECT count(*) FROM mentions`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	return all, brand.ID, kept
}

// TestPushedOnce: the signature does not cover the body, so whoever has seen one address could say anything by it. A nonce counts
// once, whichever process takes it; again only with the same body, because Weibo sends again what got no answer.
func TestPushedOnce(t *testing.T) {
	all, brand, kept := boxes(t)
	n := 0
	address := func() string {
		n++
		at, nonce := strconv.FormatInt(time.Now().UnixMilli(), 10), fmt.Sprint("n", n)
		q := url.Values{"timestamp": {at}, "nonce": {nonce}, "signature": {weibofake.Signature(weibofake.DefaultSecret, at, nonce)},
			"echostr": {"e"}}
		return "/push/outlet?" + q.Encode()
	}
	body := func(from int, text string) string {
		head := fmt.Sprintf(`{"type":"text","receiver_id":%s,"sender_id":%d,"created_at":"Sat Nov 21 18:00:00 +0800 2026",`, brand, from)
		return head + fmt.Sprintf(`"text":%q,"data":{}}`, text)
	}
	ask := func(box int, method, address, body string) int {
		w := httptest.NewRecorder()
		all[box].ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body)))
		return w.Code
	}
	seen := address()
	if code := ask(0, "POST", seen, body(7, "几点开门？")); code != http.StatusOK || kept() != 1 {
		t.Fatalf("an honest push: %d, %d kept", code, kept())
	}
	for box := range all {
		before := kept()
		if code := ask(box, "POST", seen, body(7, "几点开门？")); code != http.StatusOK || kept() != before {
			t.Errorf("the same again, process %d: %d, %d more kept", box, code, kept()-before)
		}
		for what, forged := range map[string]string{"other words": body(7, "退订"), "another sender": body(8, "几点开门？"),
			"an opt-out": fmt.Sprintf(`{"type":"event","receiver_id":%s,"sender_id":7,"data":{"subtype":"unsubscribe"}}`, brand)} {
			before := kept()
			if code := ask(box, "POST", seen, forged); code != http.StatusForbidden || kept() != before {
				t.Errorf("%s by an address that was seen, process %d: %d, %d more kept", what, box, code, kept()-before)
			}
		}
	}
	shaken := address()
	if code := ask(0, "GET", shaken, ""); code != http.StatusOK {
		t.Errorf("the handshake: %d", code)
	}
	before := kept()
	if code := ask(1, "POST", shaken, body(9, "a deal please")); code != http.StatusForbidden || kept() != before {
		t.Errorf("a message by the handshake's address: %d, %d kept", code, kept()-before)
	}
	if code := ask(1, "POST", address(), body(9, "a deal please")); code != http.StatusOK || kept() != before+1 {
		t.Errorf("the next honest push: %d, %d kept", code, kept()-before)
	}
}
