package segment

import (
	"strings"
	"testing"
	"time"
)

func TestCompile(t *testing.T) {
	now := time.UnixMilli(1_000_000_000_000)
	day := int64(24 * 60 * 60 * 1000)
	for _, c := range []struct {
		in, sql string
		args    []any
	}{
		{`orders >= 2`, `((p.orders >= $3) IS TRUE)`, []any{2}},
		{`2 <= orders`, `((p.orders >= $3) IS TRUE)`, []any{2}},
		{`last_order < 180d`, `((p.last_order > $3) IS TRUE)`, []any{now.UnixMilli() - 180*day}},
		{`not (city == "北京")`, `NOT (((p.city = $3) IS TRUE))`, []any{"北京"}},
		{`city in ["30d", "B"]`, `(p.city IN ($3, $4))`, []any{"30d", "B"}},
		{`consents("direct")`,
			`EXISTS (SELECT 1 FROM consents c WHERE c.person = p.id AND c.kind = 'direct' AND c.withdrawn_at IS NULL AND c.account = $3)`, []any{"me"}},
	} {
		s, err := Compile(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		sql, args := s.SQL(now, "me", 3)
		if sql != c.sql {
			t.Errorf("%s:\n got %s\nwant %s", c.in, sql, c.sql)
		}
		for i := range c.args {
			if len(args) != len(c.args) || args[i] != c.args[i] {
				t.Errorf("%s: args %v, want %v", c.in, args, c.args)
			}
		}
	}
}

func TestMistakes(t *testing.T) {
	for in, want := range map[string]string{
		`order >= 2`:           `did you mean "orders"?`,
		`orders`:               `is not a condition`,
		`orders >= "2"`:        `a number`,
		`last_order < 180`:     `a time such as 30d`,
		`orders >= 2 and`:      `can't be read`,
		`follows(30d)`:         `write follows(`,
		`consents("mail")`:     `write consents(`,
		`orders + 1`:           `can't be used`,
		`press in tags`:        `in quotes`,
		`city in [1, "a"]`:     `a list`,
		`drop("t")`:            `can't use "drop"`,
		`city == "'; DROP --"`: ``,
	} {
		_, err := Compile(in)
		if want == "" {
			if err != nil {
				t.Errorf("%s: %v", in, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "ast.") {
			t.Errorf("%s: got %v, want …%s…", in, err, want)
		}
	}
}
