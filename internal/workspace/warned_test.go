package workspace_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// Whoever makes a thousand accounts gets a thousand codes, where nothing bounds a rule.
func TestRuleWithoutBounds(t *testing.T) {
	offers := readText(t, good+"/campaigns/offers.yaml") +
		"new: {value: 5%, codes: imported, valid: 3d, link: \"https://shop.example/n?c={{code}}\"}\n"
	for more, want := range map[string]bool{"": true, "for: fans": false, "limit: 500/hour": false, "per_person: 3/day": true,
		"priority: 5": true, "private: true": true,
		"for: fans, limit: 20/hour": false} {
		for offer, personal := range map[string]bool{"own": true, "new": true, "all": false} {
			for say, code := range map[string]bool{"code": true, "hello": false} {
				if offer == "all" && code {
					continue // the template wants a link, and that offer has none
				}
				text := fmt.Sprintf("title: New\noffer: %s\nsteps:\n  claim: {accounts: [corner], mention: {says: sale}, say: %s, %s}\n",
					offer, say, more)
				text = strings.Replace(text, ", }", "}", 1)
				got := told(t, workspaceWith(t, map[string]string{"campaigns/new.yaml": text, "campaigns/offers.yaml": offers}))
				if said := strings.HasPrefix(got, "warning: campaigns/new.yaml:4:"); said != (want && personal && code) || !said &&
					got != "" {
					t.Errorf("%s, say %s, %q: told %q", offer, say, more, got)
				}
			}
		}
	}
}

// An offer that ends takes what promotes it along: that is told where it comes sooner
// than the campaign says.
func TestOfferAndCampaignEnd(t *testing.T) {
	for _, c := range []struct {
		days, start string
		want        bool
	}{
		{"from: 2027-11-25\nuntil: 2027-11-30\n", "at: 2027-11-30 09:00", false},
		{"from: 2027-11-25\nuntil: 2027-12-01\n", "at: 2027-11-30 09:00", true},
		{"from: 2027-11-25\nuntil: 2027-12-24\n", "mention: {says: sale}", true},
		{"from: 2027-11-25\nuntil: 2027-12-24\n", "cron: \"0 12 * * SAT\"", true},
		{"", "at: 2027-11-30 23:59", false},
		{"", "at: 2027-12-01 00:00", true},
		{"until: 2027-11-29\n", "at: 2027-11-27 09:00", false},
	} {
		text := "title: New\noffer: own\n" + c.days + "steps:\n  hello: {accounts: [corner], " + c.start + ", say: plain}\n"
		got := told(t, workspaceWith(t, map[string]string{"campaigns/new.yaml": text,
			"templates/plain.en.tmpl": "The cellar is open on every day of the week.\n"}))
		if said := strings.HasPrefix(got, "warning: campaigns/new.yaml:") && strings.Contains(got, "2027-11-30"); said != c.want ||
			!said && got != "" {
			t.Errorf("%q, %s: told %q", c.days, c.start, got)
		}
	}
}

// A value says what it is worth.
func TestValueWithoutUnit(t *testing.T) {
	head := readText(t, good+"/campaigns/offers.yaml")
	for value, want := range map[string]bool{"20": true, "'20'": true, "20.5": true, "1,000": true, "20%": false, "20 %": false,
		"US$ 20": false, "20 EUR": false, "€20": false, "20元": false,
		"5折": false, "8.8折": false, "2 for 1": false, "a free cable": false, "买一送一": false, "满200减20": false} {
		got := told(t, workspaceWith(t, map[string]string{"campaigns/offers.yaml": head + "new: {value: \"" + strings.Trim(value, "'") +
			"\", codes: made}\n"}))
		if said := strings.HasPrefix(got, "warning: campaigns/offers.yaml:12:"); said != want || !said && got != "" {
			t.Errorf("%s: told %q", value, got)
		}
	}
}

// A language is one that exists: people are answered by it, and never with another.
func TestLanguages(t *testing.T) {
	for language, want := range map[string]bool{"en": false, "zh": false, "zh-TW": false, "zh-Hant": false, "pt-BR": false, "no": false,
		"nb": false, "fil": false, "yue": false, "sr-Latn": false,
		"en-UK": false, "ger": false, "jp": true, "cn": true, "xx": true, "dk": true, "cz": true, "ua": true, "gr": true, "sp": true} {
		got := told(t, workspaceWith(t, map[string]string{"accounts/new.yaml": strings.Replace(newAccount, "language: en",
			"language: "+language, 1)}))
		if said := strings.HasPrefix(got, "warning: accounts/new.yaml:4:"); said != want || !said && got != "" {
			t.Errorf("%s: told %q", language, got)
		}
	}
}

func readText(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Two steps that post the same words on one account are told of; variants, which take
// turns, and the same words on different days of one step are not.
func TestSameWordsTwice(t *testing.T) {
	for name, c := range map[string]struct {
		second string
		more   map[string]string
		want   bool
	}{
		"the same template":  {"plain", nil, true},
		"another, same text": {"other", map[string]string{"templates/other.en.tmpl": "The cellar is open, on every day of the week!\n"}, true},
		"another text":       {"other", map[string]string{"templates/other.en.tmpl": "Old lamps are mended here for nothing.\n"}, false},
		"variants":           {"plain", map[string]string{"templates/plain.en.b.tmpl": "Come in, the cellar door stands open daily.\n"}, false},
	} {
		files := map[string]string{"templates/plain.en.tmpl": "The cellar is open on every day of the week.\n",
			"campaigns/new.yaml": "title: New\nsteps:\n" +
				"  one: {accounts: [corner], at: 2027-11-27 09:00, say: plain}\n  two: {accounts: [corner], " +
				"at: 2027-11-28 09:00, say: " + c.second + "}\n"}
		for file, text := range c.more {
			files[file] = text
		}
		got := told(t, workspaceWith(t, files))
		if said := strings.Contains(got, `corner posts the same words in the step "one"`); said != c.want || !said && got != "" {
			t.Errorf("%s: told %q", name, got)
		}
	}
}

// Quotes of a word processor are part of a text in YAML, and would go out.
func TestCurlyQuotesInTexts(t *testing.T) {
	for value, want := range map[string]bool{"“Ad:”": true, "‘Ad:’": true, "„Ad:“": true, "＂广告＂": true, "\"“Ad:”\"": false, "Ad “now”": false,
		"「广告」": false, "广告": false, "“": false} {
		got := told(t, workspaceWith(t, map[string]string{"campaigns/new.yaml": "title: New\ndisclosure: " + value +
			"\nsteps:\n  one: {accounts: [corner], at: 2027-11-27 09:00, say: plain}\n", "templates/plain.en.tmpl": "The cellar is open daily.\n"}))
		if said := strings.Contains(got, "campaigns/new.yaml:2:13: the quotes"); said != want || !said && got != "" {
			t.Errorf("%s: told %q", value, got)
		}
	}
}

// A folder that is away for a moment, as while it is swapped, is a mistake: what was in force
// before stays.
func TestMissingFolder(t *testing.T) {
	for folder, want := range map[string]bool{"campaigns": true, "templates": true} {
		dir := workspaceWith(t, nil)
		if err := os.RemoveAll(dir + "/" + folder); err != nil {
			t.Fatal(err)
		}
		if got := told(t, dir); strings.Contains(got, folder+":1:1: the folder is missing") != want {
			t.Errorf("%s: told %q", folder, got)
		}
	}
}

// A share of more than all, or less than none, is read by people.
func TestOddShares(t *testing.T) {
	head := readText(t, good+"/campaigns/offers.yaml")
	for value, want := range map[string]bool{"-5%": true, "150%": true, "0%": true, "100%": false, "12.5%": false, "７０％": false, "5折": false} {
		got := told(t, workspaceWith(t, map[string]string{"campaigns/offers.yaml": head + "new: {value: \"" + value + "\", codes: made}\n"}))
		if said := strings.Contains(got, "write a share from 1% to 100%"); said != want {
			t.Errorf("%s: told %q", value, got)
		}
	}
}

// A folder that is called nearly like one of ours, and lists beside the folders, are named.
func TestNearFolders(t *testing.T) {
	got := told(t, workspaceWith(t, map[string]string{"template/a.en.tmpl": "x", "campaign/a.yaml": "title: x",
		"offers.yaml": "x: {value: 5%}", "notes/a.txt": "x"}))
	for _, want := range []string{"template:1:1: nothing in this folder is read " +
		"(did you mean templates?)", "campaign:1:1: nothing in this folder", "offers.yaml:1:1: the file is not read here"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not said: %s", want, got)
		}
	}
	if strings.Contains(got, "notes") {
		t.Errorf("told %s", got)
	}
	if got := told(t, workspaceWith(t, map[string]string{"templates/TIP-shop.en.tmpl": "Other words entirely.\n"})); !strings.Contains(got,
		"by capitals or width alone") {
		t.Errorf("told %s", got)
	}
}
