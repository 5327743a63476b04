package workspace_test

import (
	"strings"
	"testing"
)

// A secret that was written into a file by mistake is not said again.
func TestNoSecretIsEchoed(t *testing.T) {
	const secret = "hunter2-0xSECRET"
	account := "network: mastodon\nserver: https://social.example\nabout: x\nlanguage: en\ntimezone: UTC\n"
	for name, text := range map[string]string{
		"as it is":          account + "credentials: " + secret,
		"quoted":            account + `credentials: "` + secret + `"`,
		"with a wrong kind": account + "credentials: token:" + secret,
		"with a colon":      account + `credentials: "Bearer: ` + secret + `"`,
		"list":              account + "credentials: [" + secret + "]",
		"mapping":           account + "credentials: {token: " + secret + "}",
		"block":             account + "credentials: |\n  " + secret + "\n",
		"unknown key":       account + "token: " + secret,
		"quote left open":   account + `credentials: "` + secret,
		"bad indentation":   account + "credentials:\n  " + secret + "\n   x: y\n z",
		"two values":        account + `credentials: "` + secret + `" ` + secret,
		"bad escape":        account + `credentials: "\q` + secret + `"`,
		"alias":             account + "credentials: *" + secret,
		"reserved sign":     account + "credentials: @" + secret,
		"percent sign":      account + "credentials: %" + secret,
	} {
		t.Run(name, func(t *testing.T) {
			got := told(t, workspaceWith(t, map[string]string{"accounts/new.yaml": text}))
			if got == "" || strings.Contains(strings.ToLower(got), "secret") {
				t.Errorf("got %q, want a problem without the secret", got)
			}
		})
	}
}
