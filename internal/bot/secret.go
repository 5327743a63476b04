package bot

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"magpie/internal/network"
	"magpie/internal/workspace"
)

// readSecret reads env:NAME or file:PATH. Its error never has the secret.
func readSecret(dir string, c workspace.Credentials) (network.Secret, error) {
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
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("the file %s can't be read", c.Name)
	}
	if s := strings.TrimSpace(string(b)); s != "" {
		return network.Secret(s), nil
	}
	return "", fmt.Errorf("the file %s is empty", c.Name)
}
