package sheet

import (
	"io"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

const list = "mastodon,name,city\nann@a.example,\"安妮, 王\",上海\nbob@a.example,Müller,München\n"

// read gives back all fields, twice, for a list is read twice.
func read(t *testing.T, raw string) (fields, as string) {
	t.Helper()
	s, err := Open(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for range 2 {
		in, err := s.Rows()
		if err != nil {
			t.Fatal(err)
		}
		fields = ""
		for {
			row, err := in.Read()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			fields += strings.Join(row, "|") + "\n"
		}
	}
	return fields, s.As
}

// Each encoding and each separator that shops export is read.
func TestHowListsAreWritten(t *testing.T) {
	want := "mastodon|name|city\nann@a.example|安妮, 王|上海\nbob@a.example|Müller|München\n"
	chinese := strings.NewReplacer("ü", "u")
	for name, c := range map[string]struct {
		e    encoding.Encoding
		bom  string
		sign string
		as   string
	}{
		"UTF-8":                        {unicode.UTF8, "", ",", ""},
		"UTF-8 with a mark":            {unicode.UTF8, "\uFEFF", ",", ""},
		"Excel's Unicode text":         {unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "", "\t", "UTF-16, separated by tabs"},
		"UTF-16, the other way":        {unicode.UTF16(unicode.BigEndian, unicode.UseBOM), "", ",", "UTF-16"},
		"UTF-16 without a mark":        {unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "", ",", "UTF-16"},
		"German Excel":                 {unicode.UTF8, "\uFEFF", ";", "separated by semicolons"},
		"Chinese Excel":                {simplifiedchinese.GB18030, "", ",", "GB18030"},
		"Chinese Excel, by semicolons": {simplifiedchinese.GB18030, "", ";", "GB18030, separated by semicolons"},
	} {
		t.Run(name, func(t *testing.T) {
			text, want := c.bom+list, want
			if c.e == simplifiedchinese.GB18030 {
				text, want = chinese.Replace(text), chinese.Replace(want)
			}
			text = strings.ReplaceAll(text, ",", c.sign)
			want = strings.ReplaceAll(want, "安妮, 王", "安妮"+c.sign+" 王")
			raw, err := c.e.NewEncoder().String(text)
			if err != nil {
				t.Fatal(err)
			}
			got, as := read(t, raw)
			if got != want || as != c.as {
				t.Errorf("read as %q:\n%s", as, got)
			}
		})
	}
}

// What can't be told is an error with its line, never wrong names.
func TestUnknownEncoding(t *testing.T) {
	western, err := charmap.Windows1252.NewEncoder().String("mastodon,name\nann@a.example,Ann\nbob@a.example,Müller\ncai@a.example,Grüße\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string][2]string{
		"western":     {western, "line 3"},
		"one pair":    {"mastodon,name\nann@a.example,Gr\xfc\xdfe\n", "line 2"},
		"cut":         {"mastodon,name\nann@a.example,\xe5\xae", "line 2"},
		"no text":     {"mastodon\x00name", "line 1"},
		"a workbook":  {"PK\x03\x04\x14\x00\x06\x00", "line 1"},
		"half a sign": {"mastodon,name\nann,\xd3", "line 2"},
	} {
		s, err := Open(strings.NewReader(c[0]))
		if err == nil {
			in, _ := s.Rows()
			row, _ := in.Read()
			t.Errorf("%s: taken as %s: %q", name, s.As, row)
		} else if !strings.Contains(err.Error(), c[1]) || !strings.Contains(err.Error(), "CSV UTF-8") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAmount(t *testing.T) {
	for in, want := range map[string]int64{"899": 89900, "899.5": 89950, "899.00": 89900, "0.07": 7, "0": 0, "899,50": 89950,
		"1,299.00": 129900, "1.299,00": 129900,
		"1,234,567": 123456700, "1.234.567": 123456700, "1 299,00": 129900, "1'299.00": 129900, "1\u00a0299": 129900, "８９９": 89900,
		" 12.5 ": 1250, "1,234,567.8": 123456780} {
		if got, err := Amount(in); err != nil || got != want {
			t.Errorf("%s: %d, %v", in, got, err)
		}
	}
	for _, in := range []string{"", ".", "1.", ".5", "1.234", "1,234", "-1", "+1", "1e3", "9999999999999", "1.-5", "0x10", "1_0",
		"1,23,456.00", "1.2345", "$12.50", "1,299.000"} {
		if got, err := Amount(in); err == nil {
			t.Errorf("%q is %d", in, got)
		}
	}
	if _, err := Amount("1.234"); err == nil || !strings.Contains(err.Error(), `"1.234" may be 1234 or 1.234`) {
		t.Error(err)
	}
}

func TestDay(t *testing.T) {
	for _, in := range []string{"2026-11-21", "2026/11/21", "20261121", "2026年11月21日", "21.11.2026", "2026-11-21 13:05:06",
		"2026-11-21T13:05:06Z", "2026-11-21 13:05:06 +0800",
		"21/11/2026", "11/21/2026", "11/21/2026 1:05 PM", "21-11-2026", "Nov 21, 2026", "２０２６-11-21"} {
		if got, err := Day(in); err != nil || got.Format("2006-01-02") != "2026-11-21" {
			t.Errorf("%s: %s, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "soon", "2026-02-29", "21.11.26", "13/13/2026", "46347", "31/02/2026", "2026-13-01"} {
		if got, err := Day(in); err == nil {
			t.Errorf("%q is %s", in, got)
		}
	}
	if _, err := Day("03/04/2026"); err == nil || !strings.Contains(err.Error(), "2026-04-03 or 2026-03-04") {
		t.Error(err)
	}
	if got, err := Day("05/05/2026"); err != nil || got.Day() != 5 {
		t.Error(got, err)
	}
}

// Amounts have the decimals of their currency: yen none, dinars three.
func TestUnits(t *testing.T) {
	for _, c := range []struct {
		in     string
		digits int
		want   int64
	}{{"1500", 0, 1500}, {"1500.00", 0, 1500}, {"1,500,000", 0, 1500000}, {"1 500", 0, 1500}, {"12.345", 3, 12345}, {"12,34", 3, 12340},
		{"1,299.500", 3, 1299500}, {"1.299,5", 3, 1299500}, {"7.1234", 4, 71234}, {"899", 2, 89900}} {
		if got, err := Units(c.in, c.digits); err != nil || got != c.want {
			t.Errorf("%s with %d decimals: %d, %v", c.in, c.digits, got, err)
		}
	}
	for in, digits := range map[string]int{"1500.50": 0, "1,500": 0, "1.5": 0, "12.3456": 3, "1,299": 3, "-5": 2, "(5.00)": 2, "5.001.2": 2} {
		if got, err := Units(in, digits); err == nil {
			t.Errorf("%s with %d decimals is %d", in, digits, got)
		}
	}
}
