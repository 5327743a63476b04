package workspace

import (
	"os"

	"magpie/internal/document"
)

// OnlySettings is a workspace of which only magpie.yaml is read, as far as that can be,
// whatever else is wrong with the files: it tells where the database is.
func OnlySettings(dir string) *Set {
	set := &Set{Dir: dir}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return set
	}
	defer root.Close()
	if b, err := document.ReadFile(root.FS(), settingsFile, document.TextMost); err == nil {
		document.Read(settingsFile, b, &set.Settings)
	}
	return set
}
