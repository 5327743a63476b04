package render

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/clipperhouse/uax29/v2/words"
	"golang.org/x/text/unicode/norm"
)

// whole are the parts of a text that are never cut: links, with a scheme or without
// one, e-mail addresses, names, tags, codes, amounts and telephone numbers.
var whole = regexp.MustCompile(strings.Join([]string{
	`https?://[^\s，。！？；：、（）「」]+`,
	`[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`,
	`[@#＠＃$][\p{L}\p{N}_.@-]+`,
	`[\p{Latin}\p{Cyrillic}\p{Greek}\p{N}-]+(?:\.[\p{Latin}\p{Cyrillic}\p{Greek}\p{N}-]+)+(?::\d+)?(?:[/?#][!-~]*)?`,
	`\+?\(?\d[\d()/-]*(?:[ \x{a0}]\(?\d[\d()/-]*)+`,
	`[€$£¥₽₹]?[ \x{a0}]?\d[\d.,]*[ \x{a0}]?(?:[%‰€$£¥₽₹元]|(?:kg|g|km|m|cm|mm|l|ml|GB|TB|EUR|USD|RMB|CNY)\b)`,
	`[A-Z0-9]{3,}(?:-[A-Z0-9]{3,})+`,
}, "|"))

// piece is a stretch of a text that stays together.
type piece struct {
	text string
	kept bool // never left out
}

// pieces cuts a text into what stays together: words, and what is whole, which
// those in keep are too.
func pieces(text string, keep []string) (out []piece) {
	text = norm.NFC.String(text)
	from := 0
	cut := func(to int) {
		for t := words.FromString(text[from:to]); t.Next(); {
			out = append(out, piece{text: t.Value()})
		}
	}
	for _, m := range keptIn(text, keep) {
		cut(m[0])
		out = append(out, piece{text[m[0]:m[1]], true})
		from = m[1]
	}
	cut(len(text))
	return joined(out)
}

// keptIn are the places of what is whole, in order, those that overlap as one.
func keptIn(text string, keep []string) (out [][]int) {
	all := whole.FindAllStringIndex(text, -1)
	for _, k := range keep {
		if k = norm.NFC.String(strings.TrimSpace(k)); k != "" {
			all = append(all, regexp.MustCompile(regexp.QuoteMeta(k)).FindAllStringIndex(text, -1)...)
		}
	}
	slices.SortFunc(all, func(a, b []int) int { return cmp.Or(a[0]-b[0], a[1]-b[1]) })
	for _, m := range all {
		if last := len(out) - 1; last >= 0 && m[0] < out[last][1] {
			out[last][1] = max(out[last][1], m[1])
			continue
		}
		out = append(out, m)
	}
	return out
}

// joined puts punctuation to the piece before it, where a line may not begin
// with it.
func joined(in []piece) (out []piece) {
	for _, p := range in {
		last := len(out) - 1
		if last >= 0 && strings.Trim(p.text, `.,;:!?)]}”’'"…，。！？；：、）」』》%`) == "" && !blank(out[last].text) {
			out[last].text += p.text
			continue
		}
		out = append(out, p)
	}
	return out
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// Shorten makes a text fit by leaving words out, from the last one on, and
// putting … in their place. What is whole stays: links, names, tags, codes, and
// all that is in keep. It fails where nothing but that is left, and it is too much
// still.
func Shorten(text string, keep []string, fits func(string) bool) (string, error) {
	if fits(text) {
		return text, nil
	}
	all := pieces(text, keep)
	end := len(all)
	for end > 0 && (all[end-1].kept || blank(all[end-1].text)) {
		end--
	}
	tail := assemble(all[end:])
	for n := end - 1; n >= 0; n-- {
		if all[n].kept {
			tail = strings.TrimSpace(all[n].text + " " + tail)
			continue
		}
		head := strings.TrimRight(assemble(all[:n]), ".,;:，。；：、")
		if head == "" {
			break
		}
		more := "… "
		if endsKept(all[:n]) {
			more = " … " // it would become part of a link
		}
		if short := strings.TrimSpace(head + more + tail); fits(short) {
			return short, nil
		}
	}
	return "", fmt.Errorf("the text can't be shortened enough without losing a link, a name or a code")
}

func endsKept(all []piece) bool {
	for n := len(all) - 1; n >= 0; n-- {
		if !blank(all[n].text) {
			return all[n].kept
		}
	}
	return false
}

func assemble(all []piece) string {
	var b strings.Builder
	for _, p := range all {
		b.WriteString(p.text)
	}
	return strings.TrimSpace(b.String())
}

// mostParts is how many posts a thread may have.
const mostParts = 25

// Thread cuts a text into numbered parts that fit, between words, and rather
// between sentences. What is in keep is not cut. It fails where one piece alone
// does not fit, or more than 25 parts were needed.
func Thread(text string, keep []string, fits func(string) bool) ([]string, error) {
	if fits(text) {
		return []string{text}, nil
	}
	all := pieces(text, keep)
	for total := 2; total <= mostParts; total++ {
		parts, err := cutInto(all, total, fits)
		if err != nil {
			return nil, err
		}
		if len(parts) <= total {
			return numbered(parts), nil
		}
	}
	return nil, fmt.Errorf("the text needs more than %d posts", mostParts)
}

// numbered puts the numbers to the parts.
func numbered(parts []string) []string {
	for i := range parts {
		parts[i] += mark(i+1, len(parts))
	}
	return parts
}

func mark(n, of int) string { return fmt.Sprintf(" (%d/%d)", n, of) }

// cutInto fills one part after the other, leaving room for the numbers of that
// many parts. It stops when it needs one more.
func cutInto(all []piece, total int, fits func(string) bool) (parts []string, err error) {
	room := mark(total, total)
	for len(all) > 0 && len(parts) <= total {
		n := fill(all, func(s string) bool { return fits(s + room) })
		if n == 0 {
			return nil, fmt.Errorf("“%s” alone is too long for one post", clip(all[0].text))
		}
		if text := assemble(all[:n]); text != "" {
			parts = append(parts, text)
		}
		all = all[n:]
	}
	return parts, nil
}

// fill is how many pieces one part takes: as many as fit, back to the end of a
// paragraph or a sentence where that leaves it at least half full. A shorter text
// may count more than a longer one, where a link ends elsewhere: what is cut is
// measured once more.
func fill(all []piece, fits func(string) bool) int {
	n := fillSome(all, fits)
	for n > 0 && !fits(assemble(all[:n])) {
		n--
	}
	return n
}

func fillSome(all []piece, fits func(string) bool) (n int) {
	low, high := 0, len(all)
	for low < high { // the longest run that fits
		mid := (low + high + 1) / 2
		if fits(assemble(all[:mid])) {
			low = mid
		} else {
			high = mid - 1
		}
	}
	if low == len(all) {
		return low
	}
	for n = low; n > low/2; n-- {
		if strings.Contains(all[n-1].text, "\n") || strings.ContainsAny(lastOf(all[n-1].text), ".!?。！？…") {
			return n
		}
	}
	for n = low; n > low/2; n-- { // else between words that are apart
		if blank(all[n-1].text) {
			return n
		}
	}
	return low
}

func lastOf(s string) string {
	r := []rune(s)
	if len(r) == 0 {
		return ""
	}
	return string(r[len(r)-1])
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
