package accounts

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"magpie/internal/document"
	"magpie/internal/network"
	"magpie/internal/scalar"
)

// ReadSecret reads env:NAME or file:PATH. Its error never has the secret.
func ReadSecret(dir string, c scalar.Credentials, never ...string) (network.Secret, error) {
	if c.Kind == "env" && strings.HasPrefix(strings.ToUpper(c.Name), "MAGPIE_") {
		return "", fmt.Errorf("the environment variable %s is one of Magpie's own: it is nobody's token", c.Name)
	}
	if c.Kind == "env" {
		s := strings.TrimSpace(os.Getenv(c.Name))
		if s == "" {
			return "", fmt.Errorf("the environment variable %s is not set", c.Name)
		}
		return network.Secret(s), nil
	}
	path := c.Name
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	for _, own := range append([]string{filepath.Join(dir, "magpie.db"), filepath.Join(dir, "magpie.db.key"),
		filepath.Join(dir, "magpie.key")}, never...) {
		if sameFile(path, own) {
			return "", fmt.Errorf("the file %s is Magpie's own: it is nobody's token", c.Name)
		}
	}
	b, err := document.ReadFile(os.DirFS(filepath.Dir(path)), filepath.Base(path), secretMost)
	if err != nil {
		return "", fmt.Errorf("the file %s can't be read", c.Name)
	}
	if s := strings.TrimSpace(string(b)); s != "" {
		return network.Secret(s), nil
	}
	return "", fmt.Errorf("the file %s is empty", c.Name)
}

// sameFile tells whether two paths lead to the same file, by whatever links.
func sameFile(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}

// secretMost is how large a file with a secret may be, in bytes.
const secretMost = 64 << 10
