package x

import (
	"encoding/json"
	"strings"
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/networktest"
	"magpie/internal/network/x/xfake"
)

// fake is X with one brand account on it.
func fake(t *testing.T) *xfake.Server {
	t.Helper()
	return xfake.Open(t, xfake.Options{Unlimited: true, Length: weighed, DirectLength: func(text string) int {
		return measure(text, true,
			defaults).Count
	}})
}

// oauth2 are settings with a session; without a refresh token it can't be renewed.
func oauth2Settings(s *xfake.Server, renewed bool) network.Settings {
	tokens := s.Tokens("brand")
	kept := map[string]string{"access_token": tokens.Access}
	if renewed {
		kept["refresh_token"] = tokens.Refresh
	}
	text, _ := json.Marshal(kept)
	return network.Settings{Server: s.URL, Choices: &Choices{OwnsApp: true},
		Secret:  network.Secret(s.Client().ID + " " + s.Client().Secret + " " + s.AppToken()),
		Session: &memory{tokens: network.Secret(text)}}
}

func oauth1Settings(s *xfake.Server) network.Settings {
	k := s.Keys("brand")
	return network.Settings{Server: s.URL, Choices: &Choices{OwnsApp: true},
		Secret: network.Secret(strings.Join([]string{k.ConsumerKey, k.ConsumerSecret, k.Token, k.TokenSecret}, " "))}
}

// handedOut are the secrets that a client was opened with, but its id.
func handedOut(s network.Settings) []string {
	all := strings.Fields(s.Secret.Reveal())[1:]
	if s.Session == nil {
		return all
	}
	var t tokens
	saved, _ := s.Session.Load()
	_ = json.Unmarshal([]byte(saved.Reveal()), &t)
	return append(all, t.Access)
}

// Both ways to sign in pass the suite of all connectors.
func TestSuite(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"OAuth 2", "OAuth 1.0a"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			networktest.Run(t, func(t *testing.T) networktest.Target {
				t.Helper()
				s := fake(t)
				w := s.World("brand")
				w.Item = address
				set := oauth1Settings(s)
				if way == "OAuth 2" {
					set = oauth2Settings(s, false)
				}
				return networktest.Target{Kind: Kind(), Settings: set, World: w, Wire: w.Wire(), Crowd: 1005, Keyless: true, Silent: true, Stays: true,
					Streams: way == "OAuth 2", Secrets: func() []string { return handedOut(set) }, Behind: func(p *networktest.Proxy) { s.AlsoAt(p.URL) }}
			})
		})
	}
}
