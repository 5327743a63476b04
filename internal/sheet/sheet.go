// Package sheet reads lists as spreadsheets and shops export them: UTF-8, UTF-16 or
// GB18030, separated by commas, semicolons or tabs.
package sheet

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// most is how large a list may be, in bytes.
const most = 2 << 30

// Sheet is a list that can be read several times.
type Sheet struct {
	file     *os.File
	encoding encoding.Encoding
	// As names the encoding and the separator, where they are not UTF-8 and a comma.
	As    string
	comma rune
	told  bool // the first line tells the separator, as Excel reads and writes it: sep=;
}

// Open keeps a copy of what r holds and finds out how it is written. Its error names the
// line where that can't be told.
func Open(r io.Reader) (s *Sheet, err error) {
	f, err := os.CreateTemp("", "magpie-import-*.csv")
	if err != nil {
		return nil, errors.New("there is no room for a copy of the file")
	}
	_ = os.Remove(f.Name()) // it goes with the last who has it open
	s = &Sheet{file: f}
	n, err := io.Copy(f, io.LimitReader(r, most+1))
	switch {
	case err != nil:
		err = errors.New("the file can't be read to its end, or there is no room for a copy of it")
	case n > most:
		err = fmt.Errorf("the file is larger than %d GB: split it", most>>30)
	default:
		err = s.look()
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return s, nil
}

// Close gives the copy up.
func (s *Sheet) Close() error { return s.file.Close() }

// Rows reads the list from its beginning.
func (s *Sheet) Rows() (*csv.Reader, error) {
	text, err := s.text()
	if err != nil {
		return nil, err
	}
	in := csv.NewReader(text)
	in.ReuseRecord = true
	in.Comma = s.comma
	if s.told {
		if _, err := in.Read(); err != nil {
			return nil, Explain(err)
		}
		in.FieldsPerRecord = 0
	}
	return in, nil
}

// Explain says in words what a row's error is, with its line.
func Explain(err error) error {
	var p *csv.ParseError
	switch {
	case !errors.As(err, &p):
		return err
	case errors.Is(p.Err, csv.ErrQuote):
		return fmt.Errorf("line %d: a quote (\") is opened here and not closed before the next separator: close it, or write it twice "+
			"where it is part of the text",
			p.StartLine)
	case errors.Is(p.Err, csv.ErrBareQuote):
		return fmt.Errorf("line %d: a quote (\") stands within a text: put all of the text in quotes and write this one twice", p.Line)
	case errors.Is(p.Err, csv.ErrFieldCount):
		return fmt.Errorf("line %d: there are more or fewer columns than in the first line", p.Line)
	}
	return fmt.Errorf("line %d: the row can't be read", p.Line)
}

// text is the list in UTF-8, without a byte order mark.
func (s *Sheet) text() (*bufio.Reader, error) {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	r := bufio.NewReader(s.encoding.NewDecoder().Reader(s.file))
	if mark, _, err := r.ReadRune(); err == nil && mark != '\uFEFF' {
		err = r.UnreadRune()
		return r, err
	}
	return r, nil
}

func (s *Sheet) look() error {
	head := make([]byte, 4)
	n, err := s.file.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	name, err := "", error(nil)
	if s.encoding, name, err = s.writtenIn(head[:n]); err != nil {
		return err
	}
	return s.separated(name)
}

func (s *Sheet) writtenIn(head []byte) (encoding.Encoding, string, error) {
	switch at := func(i int) byte {
		if i < len(head) {
			return head[i]
		}
		return 'x'
	}; {
	case at(0) == 0xFF && at(1) == 0xFE, at(1) == 0 && at(3) == 0:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "UTF-16", nil
	case at(0) == 0xFE && at(1) == 0xFF:
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM), "UTF-16", nil
	}
	return s.bytewise()
}

// bytewise tells UTF-8 from GB18030. A list of a Western Windows is neither, and looks
// like the second at times: only signs that Chinese lists have are taken for it.
func (s *Sheet) bytewise() (encoding.Encoding, string, error) {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return nil, "", err
	}
	r := bufio.NewReader(s.file)
	line, bad, seen := 1, 0, signs{chinese: true}
	for {
		head, err := r.Peek(utf8.UTFMax)
		if len(head) == 0 {
			if errors.Is(err, io.EOF) {
				break
			}
			return nil, "", err
		}
		size := 1
		switch b := head[0]; {
		case b == '\n':
			line++
		case b == 0:
			return nil, "", fmt.Errorf("line %d: this is not text: save the list as “CSV UTF-8”", line)
		case b < utf8.RuneSelf:
		case bad == 0:
			if _, size = utf8.DecodeRune(head); size == 1 {
				bad, line, size = line, 1, 0 // from the beginning again, now as pairs
				if _, err := s.file.Seek(0, io.SeekStart); err != nil {
					return nil, "", err
				}
				r.Reset(s.file)
			}
		default:
			size = seen.note(head)
		}
		if _, err := r.Discard(size); err != nil {
			return nil, "", err
		}
	}
	switch {
	case bad == 0:
		return unicode.UTF8, "", nil
	case seen.gb18030():
		return simplifiedchinese.GB18030, "GB18030", nil
	}
	return nil, "", fmt.Errorf("line %d: this is not UTF-8: save the list as “CSV UTF-8”", bad)
}

// signs are what pairs of bytes look like, read as GB18030.
type signs struct {
	chinese              bool // all may be
	common, pairs, later int
}

// note looks at the next bytes, and tells how many of them it has taken.
func (x *signs) note(head []byte) (size int) {
	b := head[0]
	if len(head) < 2 || b < 0xA1 || b > 0xF7 || head[1] < 0xA1 || head[1] == 0xFF || b == 0xA4 || b == 0xA5 {
		x.chinese = false // nor has a Chinese list the letters of Japanese, which are A4 and A5
		return 1
	}
	if b >= 0xB0 {
		x.pairs++
	}
	if b >= 0xB0 && b <= 0xD7 {
		x.common++
	}
	if b >= 0xC9 {
		x.later++
	}
	return 2
}

// gb18030 tells whether they are Chinese. The common characters are B0 to D7, by their sounds: nearly all of a list are of these, and
// some of the later ones. Letters of Cyrillic lists are spread otherwise, and Korean ones end with C8.
func (x *signs) gb18030() bool {
	return x.chinese && x.common > 0 && 10*x.common >= 9*x.pairs && x.later > 0
}

// separators of columns, and what they are called.
var separators = []struct {
	sign rune
	name string
}{{',', ""}, {';', "separated by semicolons"}, {'\t', "separated by tabs"}}

// separated finds what stands between the columns of the first line.
func (s *Sheet) separated(name string) error {
	r, err := s.text()
	if err != nil {
		return err
	}
	header, err := r.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if sign, ok := strings.CutPrefix(strings.TrimRight(header, "\r\n"), "sep="); ok && len(sign) == 1 {
		s.told, header = true, strings.Repeat(sign, 2)
	}
	best := 0
	for i, x := range separators {
		if strings.Count(header, string(x.sign)) > strings.Count(header, string(separators[best].sign)) {
			best = i
		}
	}
	s.comma = separators[best].sign
	s.As = strings.Join(strings.FieldsFunc(name+"\n"+separators[best].name, func(r rune) bool { return r == '\n' }), ", ")
	return nil
}
