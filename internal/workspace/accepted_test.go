package workspace_test

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"magpie/internal/workspace"
)

const (
	newAccount = "network: mastodon\nserver: https://social.example\nabout: News\nlanguage: en\ntimezone: UTC\n"
	newStep    = "title: New\nsteps:\n  hello:\n    accounts: [shop]\n    at: 2027-11-26 09:00\n    say: tip-shop\n"
)

// accepted are files that people write in good faith, each by what is odd in it.
var accepted = map[string]map[string]string{
	"a byte order mark":              {"accounts/new.yaml": "\uFEFF" + newAccount, "campaigns/new.yaml": "\uFEFF" + newStep},
	"Windows line ends":              {"accounts/new.yaml": strings.ReplaceAll(newAccount, "\n", "\r\n")},
	"no line end at the end":         {"accounts/new.yaml": strings.TrimSpace(newAccount)},
	"remarks everywhere":             {"accounts/new.yaml": "# a\n" + strings.ReplaceAll(newAccount, "\n", " # b\n") + "# c\n"},
	"a leading ---":                  {"accounts/new.yaml": "---\n" + newAccount},
	"a trailing ---":                 {"accounts/new.yaml": newAccount + "---\n"},
	"settings that are remarks only": {"magpie.yaml": "# settle: 60s\n"},
	"quoted values":                  {"accounts/new.yaml": newAccount + "quiet: '22:00-08:00'\npace: {\"posts\": \"12/day\"}\n"},
	"a title that is a number":       {"campaigns/new.yaml": strings.Replace(newStep, "New", "2027", 1)},
	"a title that is true":           {"campaigns/new.yaml": strings.Replace(newStep, "New", "true", 1)},
	"a title of several lines":       {"campaigns/new.yaml": strings.Replace(newStep, "New", "|\n  New\n  Newer", 1)},
	"one word for a list": {"campaigns/new.yaml": strings.Replace(newStep, "[shop]", "shop", 1),
		"magpie.yaml": "bots: weather@bots.example\nwords: {stop: genug}\n"},
	"one day for a list": {"schedules/new.yaml": "cron: \"0 9 * * *\"\nexcept: 2027-12-24\n"},
	"optional things left empty": {"campaigns/new.yaml": newStep + "    late:\n    image:\n",
		"schedules/new.yaml": "cron: '@daily'\nexcept:\n"},
	"an anchor and an alias": {"campaigns/new.yaml": strings.Replace(newStep, "tip-shop\n",
		"&t tip-shop\n  again: {accounts: shop, at: 2027-11-27 09:00, say: *t}\n", 1)},
	"everything in Chinese": {"accounts/柚子.yaml": newAccount, "templates/问候.en.tmpl": "How are you?\n",
		"campaigns/双十一.yaml": strings.NewReplacer("hello", "预热", "shop]", "柚子]", "tip-shop", "问候").Replace(newStep)},
	"two dots in a picture's name": {"campaigns/images/a..b.png": picture(1),
		"campaigns/new.yaml": newStep + "    image: {file: images/a..b.png, alt: A picture}\n"},
	"a leap day":        {"campaigns/new.yaml": strings.Replace(newStep, "at: 2027-11-26 09:00", `cron: "0 9 29 2 *"`, 1)},
	"seconds in a time": {"campaigns/new.yaml": strings.Replace(newStep, "09:00", "09:00:30", 1)},
	"a long link on Mastodon": {"templates/long.en.tmpl": strings.Repeat("x",
		476) + " https://shop.example.com/" + strings.Repeat("a", 200), "campaigns/new.yaml": strings.Replace(newStep, "tip-shop", "long", 1)},
	"500 families on Mastodon": {"templates/long.en.tmpl": strings.Repeat("👩‍👩‍👧‍👦", 500),
		"campaigns/new.yaml": strings.Replace(newStep, "tip-shop", "long", 1)},
	"300 characters on Bluesky": {"templates/long.zh.tmpl": strings.Repeat("柚", 300),
		"campaigns/new.yaml": strings.NewReplacer("[shop]", "youzi", "tip-shop", "long").Replace(newStep)},
	"120 families on Bluesky": {"templates/long.zh.tmpl": strings.Repeat("👩‍👩‍👧‍👦", 120),
		"campaigns/new.yaml": strings.NewReplacer("[shop]", "youzi", "tip-shop", "long").Replace(newStep)},
	"900 characters in a chat": {"templates/long.zh.tmpl": strings.Repeat("柚", 900),
		"campaigns/new.yaml": strings.NewReplacer("[shop]", "youzi", "tip-shop", "long\n    to: {segment: fans, by: direct}").Replace(newStep)},
	"the same text in private": {"campaigns/new.yaml": strings.NewReplacer("[shop]", "[shop, corner]", "tip-shop",
		"hello\n    to: {segment: fans, by: direct}").Replace(newStep)},
	"the same text on two networks": {"templates/both.en.tmpl": "Good morning to you all!\n",
		"templates/both.zh.tmpl": "Good morning to you all!\n", "campaigns/new.yaml": strings.NewReplacer("[shop]", "[shop, youzi]",
			"tip-shop", "both").Replace(newStep)},
	"files of other programs": {"accounts/.shop.yaml.swp": "\x00", "accounts/shop.yaml~": "x", "campaigns/notes.txt": "x",
		"templates/.DS_Store": "\x00"},
}

func TestAccepted(t *testing.T) {
	for name, files := range accepted {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := told(t, workspaceWith(t, files)); got != "" {
				t.Errorf("refused:\n%s", got)
			}
		})
	}
}

// picture is a PNG of at least so many bytes.
func picture(size int) string {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 2, 2))); err != nil {
		panic(err)
	}
	return b.String() + strings.Repeat("\x00", max(0, size-b.Len()))
}

// A picture that is too big for a network is made smaller for it.
func TestPictureMadeSmaller(t *testing.T) {
	dir := workspaceWith(t, map[string]string{"campaigns/images/ribbon.png": picture(1_000_001)})
	if got := told(t, dir); got != "" {
		t.Errorf("got %s", got)
	}
}

// A byte order mark, which Windows editors write, is no part of a post.
func TestByteOrderMarkIsNotPosted(t *testing.T) {
	set := mustLoad(t, workspaceWith(t, map[string]string{"templates/tip-shop.en.tmpl": "\uFEFFHello\r\nyou\r\n"}))
	if got := set.Templates["tip-shop"].Texts[0].Source; strings.ContainsAny(got, "\uFEFF\r") {
		t.Errorf("the text is %q; want no byte order mark and no carriage return", got)
	}
}

// An edit of any file makes another revision, one of a picture too.
func TestHashSeesEveryFile(t *testing.T) {
	dir := workspaceWith(t, nil)
	before := mustLoad(t, dir).Hash
	for _, file := range []string{"campaigns/tips.yaml", "templates/hello.en.tmpl", "magpie.yaml", "campaigns/images/ribbon.png"} {
		f, err := os.OpenFile(filepath.Join(dir, file), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = f.WriteString("\n"); err != nil || f.Close() != nil {
			t.Fatal(err)
		}
		after := mustLoad(t, dir).Hash
		if after == before {
			t.Errorf("the hash is the same after an edit of %s", file)
		}
		before = after
	}
}

func mustLoad(t testing.TB, dir string) *workspace.Set {
	t.Helper()
	set, err := workspace.Load(dir, kinds())
	if err != nil {
		t.Fatal(err)
	}
	return set
}
