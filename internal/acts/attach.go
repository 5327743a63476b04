package acts

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"magpie/internal/document"
	"magpie/internal/media"
	"magpie/internal/network"
)

// pictureMost is how large a picture of a push may be, in bytes.
const pictureMost = 64 << 20

// attachments reads the pictures of a push, and makes them as the account's network takes
// them.
func attachments(files []File, l network.Limits) (out []network.Image, err error) {
	var infos []media.Info
	for _, f := range files {
		i, info, err := attachment(f, l)
		if err != nil {
			return nil, err
		}
		out, infos = append(out, i), append(infos, info)
	}
	if len(files) == 0 {
		return nil, nil
	}
	return out, inWords(l.Media.Together(infos))
}

func attachment(f File, l network.Limits) (i network.Image, info media.Info, err error) {
	if strings.TrimSpace(f.Alt) == "" {
		return i, info, misuse("--image %s needs --alt: say what it shows, for those who can't see it", f.Path)
	}
	if n := len([]rune(f.Alt)); l.Alt > 0 && n > l.Alt {
		return i, info, misuse("--alt has %d characters, the limit is %d", n, l.Alt)
	}
	folder, name := filepath.Split(filepath.Clean(f.Path))
	data, err := document.ReadFile(os.DirFS(cmp.Or(folder, ".")), name, pictureMost)
	if err != nil {
		return i, info, fmt.Errorf("the picture %s can't be read, or is larger than %d MB", f.Path, pictureMost>>20)
	}
	if info, err = media.Look(name, data); err == nil {
		err = info.As(media.Picture)
	}
	if err != nil {
		return i, info, inWords(err)
	}
	i = network.Image{Name: name, Alt: f.Alt}
	i.Data, i.Type, _, err = media.Fit(name, data, l.Media)
	return i, info, inWords(err)
}

// inWords is what is wrong with a picture, and how to mend it.
func inWords(err error) error {
	var p *media.Problem
	if errors.As(err, &p) {
		hint := ""
		if p.Hint != "" {
			hint = " (" + p.Hint + ")"
		}
		return fmt.Errorf("%s %s%s", p.File, p.Text, hint)
	}
	return err
}
