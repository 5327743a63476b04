package document

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/goccy/go-yaml/token"
)

// How large a file may be, in bytes, and how deep the brackets of one may go.
const (
	TextMost  = 1 << 20
	MediaMost = 600 << 20 // the largest video that a network takes is 512 MB
	depthMost = 50
)

// These are why a file is not read; their words follow the file's name.
var (
	errTooLarge = errors.New("is larger than")
	errNoFile   = errors.New("is not an ordinary file")
	errOutside  = errors.New("is a link that leads out of the folder, and those are not followed")
)

// ReadFile reads an ordinary file of at most so many bytes; a pipe, a device or a larger
// file is an error. What a link leads to is read if files reaches it: an os.Root
// ends at its folder.
func ReadFile(files fs.FS, name string, most int64) ([]byte, error) {
	st, err := fs.Stat(files, name)
	switch {
	case err != nil:
		return nil, err
	case !st.Mode().IsRegular():
		return nil, errNoFile // a pipe would be waited for, a device read for ever
	}
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(b)) > most {
		return nil, fmt.Errorf("%w %d MB", errTooLarge, most>>20)
	}
	return b, err
}

// WhyUnread says why a file was not read, in words that follow its name, and how to mend it.
func WhyUnread(err error) (text, hint string) {
	switch {
	case errors.Is(err, errTooLarge):
		return err.Error(), "the folders hold what marketers write: put the rest elsewhere"
	case strings.Contains(err.Error(), "escapes from parent"): // os.Root has no value for it
		return errOutside.Error(), "copy what it leads to into the folder"
	case errors.Is(err, errNoFile):
		return err.Error(), "put an ordinary file there"
	case errors.Is(err, fs.ErrPermission):
		return "can't be read", "let the user who runs magpie read it"
	}
	return "can't be read", ""
}

// tooDeep finds where brackets, or lists in lists, go deeper than anybody writes
// by hand: what reads them goes as deep as they do.
func tooDeep(all token.Tokens) *token.Position {
	depth, entries, line := 0, 0, 0
	for _, t := range all {
		if t.Position.Line != line {
			line, entries = t.Position.Line, 0
		}
		switch t.Type { //nolint:exhaustive // the others open and close nothing
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.SequenceEntryType, token.MappingKeyType, token.AnchorType, token.TagType:
			entries++
		}
		if depth > depthMost || entries > depthMost {
			return t.Position
		}
	}
	return nil
}
