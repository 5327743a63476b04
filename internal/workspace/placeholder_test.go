package workspace_test

import (
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"magpie/internal/workspace"
)

// foreign are placeholders as other tools write them, with %s for the word.
var foreign = []string{"{%s}", "{ %s }", "{{%s}", "{%s}}", "{{ %s }", "｛%s｝", "｛｛%s｝｝", "{{%s｝｝", "[[%s]]", "[%s]", "<%s>", "＜%s＞",
	"%%%s%%", "%%%%%s%%%%", "$%s", "${%s}", "#{%s}", "<%%= %s %%>", "{%% %s %%}", "*|%s|*", "##%s##"}

// spelt are our words as people write them elsewhere.
var spelt = []string{"name", "Name", "NAME", "first_name", "firstname", "FNAME", "姓名", "city", "code", "coupon_code", "link", "value",
	"until"}

// A placeholder that is none of ours would go out to customers as it stands.
func TestForeignPlaceholdersInTemplates(t *testing.T) {
	files, marks := map[string]string{}, map[string]string{}
	add := func(form, word string) {
		name, mark := fmt.Sprintf("templates/p%d.en.tmpl", len(files)), fmt.Sprintf(form, word)
		files[name], marks[name] = "Hello\n  "+mark+", how are you?\n", mark
	}
	for _, form := range foreign {
		add(form, "name")
	}
	for _, word := range spelt {
		add("{%s}", word)
		add("%%%s%%", word)
	}
	got := toldOf(t, files)
	for name, mark := range marks {
		if said := got[name]; !strings.HasPrefix(said, name+":2:") || !strings.Contains(said, "{{") {
			t.Errorf("%s: told %q; want its place, and how to write it", mark, said)
		}
	}
}

// toldOf is what is said about each of some files, by the file.
func toldOf(t *testing.T, files map[string]string) map[string]string {
	t.Helper()
	got, rest := byFile(told(t, workspaceWith(t, files))), maps.Clone(files)
	for file, said := range got {
		if strings.HasPrefix(said, "warning: ") {
			return got
		}
		delete(rest, file)
	}
	maps.Copy(got, byFile(told(t, workspaceWith(t, rest)))) // where there are mistakes no warnings are said
	return got
}

func byFile(told string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(told) {
		file, _, _ := strings.Cut(strings.TrimPrefix(line, "warning: "), ":")
		out[file] += line
	}
	return out
}

// What only looks like a placeholder is nobody's business.
func TestNoPlaceholders(t *testing.T) {
	files := map[string]string{}
	for i, text := range []string{"{{name}}, hello", "{{ name }}, hello", `{{or city "your town"}}`, "{^_^} (o_o) [1] [sic] {}",
		"50% off, 20% on cables: 100 %",
		"a < b and 5 > 3, <3", "$50 or US$ 50", "#name #code #deal", "@name", "*bold* | plain", "My name, the code, a link",
		"[new] [name your price]", "50%off%",
		"I <3 you> me", "(value) (link below)", "snake_name_case __init__", "【优惠】本周末", "「name」", "1. name\n2. code",
		"{{/* name */}}hello"} {
		files[fmt.Sprintf("templates/p%d.en.tmpl", i)] = text
	}
	for file, said := range toldOf(t, files) {
		t.Errorf("%q: %s", files[file], said)
	}
}

// linksTold is what is said about each of some links, by the link.
func linksTold(t *testing.T, links []string) map[string]string {
	t.Helper()
	file, out := readText(t, good+"/campaigns/offers.yaml"), map[string]string{}
	first := strings.Count(file, "\n") + 1
	for i, link := range links {
		file += fmt.Sprintf("n%d: {value: 10%%, codes: made, link: %q}\n", i, link)
	}
	for line := range strings.Lines(toldOf(t, map[string]string{"campaigns/offers.yaml": file})["campaigns/offers.yaml"]) {
		n, err := strconv.Atoi(strings.Split(strings.TrimPrefix(line, "warning: "), ":")[1])
		if err != nil || n < first || n-first >= len(links) {
			t.Errorf("told %s", line)
			continue
		}
		out[links[n-first]] += line
	}
	return out
}

// A link with a placeholder of another tool leads nowhere, or gives no code.
func TestForeignPlaceholdersInLinks(t *testing.T) {
	var links []string
	for _, form := range foreign {
		for _, word := range []string{"code", "CODE"} {
			links = append(links, "https://shop.example/s?c="+fmt.Sprintf(form, word))
		}
	}
	got := linksTold(t, links)
	for _, link := range links {
		if !strings.Contains(got[link], "{{code}}") {
			t.Errorf("%s: told %q", link, got[link])
		}
	}
}

func TestLinks(t *testing.T) {
	links := []string{"https://shop.example", "https://shop.example/s?c={{code}}", "https://shop.example/{{ code }}/x",
		"http://shop.example:8080/s", "HTTPS://Shop.example/s",
		"https://shop.example/50%25", "https://例え.jp/优惠?c={{code}}", "https://shop.example/a_(b)?x=[1]&y=a$b#top"}
	got := linksTold(t, links)
	for _, link := range links {
		if got[link] != "" {
			t.Errorf("%q: %s", link, got[link])
		}
	}
}

func TestBadLinks(t *testing.T) {
	links := []string{"https://", "https:///s", "https://?c={{code}}", "https:// shop.example", "https://shop.example/ s",
		"https://shop.example/s?c= {{code}}",
		"https://shop.example/s\t", "https://shop.example/\ns", " https://shop.example", "https://shop.example/%zz",
		"https://shop.example:port/s", "https：//shop.example",
		"https://shop.example/s\u00a0x", "https://shop.example/s\u200b", "https://shop.example/s?c={{code}",
		"https://https://shop.example", "https://shop,example/s",
		"https://shop", "shop.example/s", "ftp://shop.example", "mailto:us@shop.example"}
	got := linksTold(t, links)
	for _, link := range links {
		if got[link] == "" {
			t.Errorf("%q: nothing is told", link)
		}
	}
}

// A code is the same after it went through the link.
func TestCodeInLink(t *testing.T) {
	for _, link := range []string{"https://shop.example/s?c={{code}}&from=magpie",
		"https://shop.example/s?from=magpie&c={{ code }}#top"} {
		for _, code := range []string{"ALL10", "AB-12", "x.y_z", "a+b", "折扣123", "ÄÖ-1"} {
			o := workspace.Offer{Link: link}
			u, err := url.Parse(o.LinkFor(code))
			if err != nil || u.Query().Get("c") != code || strings.ContainsFunc(o.LinkFor(code), func(r rune) bool { return r > 126 }) {
				t.Errorf("the code %s has become %s (%v)", code, o.LinkFor(code), err)
			}
		}
	}
}
