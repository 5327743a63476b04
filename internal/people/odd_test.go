package people_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"magpie/internal/network"
	"magpie/internal/people"
	"magpie/internal/segment"
	"magpie/internal/store/storetest"
)

// TestOddText: somebody with odd bytes in their name is met all the same, and
// is one person.
func TestOddText(t *testing.T) {
	b := open(t)
	who := network.Person{ID: storetest.Odd, Handle: storetest.Odd, Name: storetest.Odd, Language: storetest.Odd}
	id := meetWho(t, b, "mastodon", who)
	if again := meetWho(t, b, "mastodon", who); again != id {
		t.Errorf("%d is %d the second time", id, again)
	}
	if p := get(t, b, id); !strings.HasSuffix(p.Name, storetest.Kept) {
		t.Errorf("got %q", p.Name)
	}
	write(t, b, func(tx *sql.Tx) error {
		if err := people.Speaks(context.Background(), tx, id, storetest.Odd); err != nil {
			return err
		}
		if _, err := people.Grant(context.Background(), tx, id, "outlet", storetest.Odd, noon, noon); err != nil {
			return err
		}
		_, err := people.OptOut(context.Background(), tx, id, storetest.Odd, noon, noon)
		return err
	})
	if _, err := b.Find(t.Context(), "", storetest.Odd); err != nil {
		t.Error(err)
	}
}

// TestOtherEncoding: a list that a program wrote in another encoding, such as
// Windows's Western one, is refused with the line, not imported as rubbish.
func TestOtherEncoding(t *testing.T) {
	for name, text := range map[string]string{"Latin-1": "mastodon,name\nann,Ann\nbob,Andr\xe9\n",
		"NUL":         "mastodon,name\nann,Ann\nbob,B\x00b\n",
		"in a handle": "mastodon,name\nann,Ann\nbob\xe9,Bob\n", "in a tag": "mastodon,tags\nann,a\nbob,\xe9\n"} {
		t.Run(name, func(t *testing.T) {
			b := open(t)
			_, err := b.Import(t.Context(), strings.NewReader(text), noon, nil, nil)
			says(t, err, "line 3", "UTF-8", "nothing was imported")
			if n := count(t, b, `SELECT count(*) FROM persons`); n != 0 {
				t.Errorf("%d persons", n)
			}
		})
	}
}

// Languages come in many forms, and are kept in one: with a region where it has one. A
// segment that names a language means all its regions.
func TestFormsOfLanguages(t *testing.T) {
	b := open(t)
	list, n := "mastodon,language\n", 0
	for in, want := range map[string]string{"de": "de", "de_DE": "de-de", "DE": "de", "deu": "de", "ger": "de", "ENG": "en", "jpn": "ja",
		"German": "de", "中文": "zh",
		"zh-Hant-TW": "zh-hant-tw", "": ""} {
		n++
		who := fmt.Sprintf("p%d", n)
		load(t, b, "mastodon,language", who+","+in)
		if got := get(t, b, find(t, b, who)).Language; got != want {
			t.Errorf("%q is kept as %q, want %q", in, got, want)
		}
		list += who + "," + in + "\n"
	}
	for condition, want := range map[string]int{`language == "de"`: 6, `language == "de_DE"`: 1, `language == "zh"`: 2,
		`language == "zh-hant"`: 1, `language == "d"`: 0} {
		s, err := segment.Compile(condition)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := people.Count(t.Context(), b.DB.Read, s, "outlet", noon); err != nil || n != want {
			t.Errorf("%s: %d, %v", condition, n, err)
		}
	}
}
