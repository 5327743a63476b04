package workspace

import (
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"
)

// DatabaseIn is where magpie.yaml says that the database is, whatever else is wrong with the files; "" if it does not say.
func DatabaseIn(dir string) string {
	text, err := os.ReadFile(filepath.Join(dir, "magpie.yaml"))
	if err != nil || len(text) > settingsMost {
		return ""
	}
	var s struct {
		Database string `yaml:"database"`
	}
	_ = yaml.Unmarshal(text, &s) // as far as it can be read
	return s.Database
}

// settingsMost is how large magpie.yaml may be, in bytes.
const settingsMost = 64 << 10
