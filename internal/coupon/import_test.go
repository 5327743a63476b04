package coupon

import (
	"fmt"
	"strings"
	"testing"

	"magpie/internal/store/storetest"
)

func TestImport(t *testing.T) {
	db := open(t)
	n, _, err := Import(t.Context(), db, "bf",
		strings.NewReader("\ufeffid, Code ,note\r\n1, AB-12 ,x\r\n2,折扣123,\"a, b\"\r\n\r\n3,x.y_z+1\r\n"), nil, noon)
	if err != nil || n != 3 {
		t.Fatalf("%d, %v", n, err)
	}
	for _, c := range []string{"AB-12", "折扣123", "x.y_z+1"} {
		if s, _ := state(t, db, c); s != "free" {
			t.Errorf("%s is %s", c, s)
		}
	}
}

func TestBadImports(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"empty":             {"", []string{"line 1", "empty"}},
		"no column":         {"kode\nABC\n", []string{"line 1", "the column code is missing"}},
		"twice in the file": {"code\nABC\nDEF\nABC\n", []string{"line 4", "ABC", "imported before", "nothing was imported"}},
		"there from before": {"code\nABC\nOLD-1\n", []string{"line 3", "OLD-1", "imported before", "nothing was imported"}},
		"of another offer":  {"code\nTHEIRS\n", []string{"line 2", "THEIRS", "imported before"}},
		"too short":         {"code\nABC\nAB\n", []string{"line 3", "3 to 32"}},
		"too long":          {"code\n" + strings.Repeat("A", 33) + "\n", []string{"line 2", "3 to 32"}},
		"empty code":        {"id,code\n1,ABC\n2,\n", []string{"line 3", "3 to 32"}},
		"column left out":   {"id,code\n1,ABC\n2\n", []string{"line 3", "3 to 32"}},
		"a space within":    {"code\nAB CD\n", []string{"line 2", "“AB CD”", "“ ” (U+0020)"}},
		"an @, which names": {"code\n@ann\n", []string{"line 2", "“@”"}},
		"quote": {"code\nABC\n\"DEF\n", []string{"line 3: a quote (\") is opened here and not closed",
			"nothing was imported"}},
		"full width": {"code\nＡＢ１２\n", []string{"line 2", "write AB12"}},
		"several": {"code\nABC\nA\nOLD-1\nTHEIRS\nX Y\n", []string{"line 3", "line 4", "line 5", "line 6",
			"nothing was imported"}},
		"header alone":       {"code\n", []string{"no codes below"}},
		"sep":                {"sep=;\ncode;note\nAB;x\n", []string{"line 3"}},
		"after a long field": {"code,note\nABC,\"a\nb\nc\"\nAB,x\n", []string{"line 5"}},
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			for _, old := range []struct{ offer, code string }{{"bf", "OLD-1"}, {"other", "THEIRS"}} {
				if _, _, err := Import(t.Context(), db, old.offer, strings.NewReader("code\n"+old.code), nil, noon); err != nil {
					t.Fatal(err)
				}
			}
			n, _, err := Import(t.Context(), db, "bf", strings.NewReader(c.text), nil, noon)
			for _, w := range c.want {
				if err == nil || !strings.Contains(err.Error(), w) {
					t.Errorf("got %v, want …%s…", err, w)
				}
			}
			if l := left(t, db, "bf"); n != 0 || l.Free != 1 {
				t.Errorf("told %d, left %+v", n, l)
			}
		})
	}
}

// TestManyWithOneBad: all or nothing, and the row is named.
func TestManyWithOneBad(t *testing.T) {
	db := open(t)
	var b strings.Builder
	b.WriteString("code\n")
	n := storetest.Fewer(100_000, 10_000)
	bad := n * 7 / 9
	for i := range n {
		if i == bad {
			i = 5
		}
		fmt.Fprintf(&b, "C%06d\n", i)
	}
	_, _, err := Import(t.Context(), db, "bf", strings.NewReader(b.String()), nil, noon)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("line %d: the code C000005", bad+2)) {
		t.Errorf("got %v", err)
	}
	if l := left(t, db, "bf"); l != (Left{}) {
		t.Errorf("left %+v", l)
	}
	good := strings.Replace(b.String(), fmt.Sprintf("C%06d\nC000005\n", bad-1), fmt.Sprintf("C%06d\nC%06d\n", bad-1, bad), 1)
	if got, _, err := Import(t.Context(), db, "bf", strings.NewReader(good), nil, noon); err != nil || got != n {
		t.Errorf("mended: %d, %v", got, err)
	}
}
