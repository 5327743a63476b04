package answer

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"magpie/internal/network"
)

// nameRule is a name as the networks write it. Names are ASCII, and Chinese
// follows them without a space: @pomelo退订.
var nameRule = regexp.MustCompile(`[@＠](?:[A-Za-z0-9_][A-Za-z0-9_.-]*|[\p{L}\p{N}_.-]+)` +
	`(?:[@＠](?:[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)+(?::\d+)?|[\p{L}\p{N}.:-]+))?`)

var (
	weiboReply = regexp.MustCompile(`^回复[@＠][^:：]+[:：]`)
	weiboQuote = regexp.MustCompile(`(?s)//[@＠].*$`) // a repost: what others said stands behind //
	quotedLine = regexp.MustCompile(`(?m)^[ \t]*[>＞].*$`)
	quotedPost = regexp.MustCompile(`(?im)^[ \t]*(?:re|rt|qt)[:：][ \t]*https?://\S+[ \t]*$`)
	linkRule   = regexp.MustCompile(`(?i)(?:https?://|\bwww\.)[^\s，。！？；：、（）「」『』《》【】“”‘’…]+`)
	mailRule   = regexp.MustCompile(`(?:mailto:)?[A-Za-z0-9._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`)
	hostRule   = regexp.MustCompile(`(?i)\b([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,})(?:[/?#]\S*)?`)
	// pathRule is an address by its path, whether or not such a host exists, and one of another kind than the web's.
	pathRule = regexp.MustCompile(`(?i)(?:[\p{L}\p{N}-]+(?:[.。．][\p{L}\p{N}-]+)+(?::\d+)?|localhost(?::\d+)?)/\S*|` +
		`\b(?:at|ftp|ipfs|magnet|tel|sms)://?\S+|\bmagnet:\S+`)
	fileRule  = regexp.MustCompile(`(?i)\b[\p{L}\p{N}_-]+\.(?:pdf|png|jpe?g|gif|webp|mp4|docx?|xlsx?|csv|zip|html?|eth|onion)\b`)
	keycap    = regexp.MustCompile(`[0-9#*]\x{fe0f}?\x{20e3}`) // an emoji, not a number
	shortcode = regexp.MustCompile(`:[A-Za-z0-9_+-]+:`)
)

// said is what a person said themselves: without what they quoted, links, addresses, names, and a server's own emoji. Names are
// looked for before addresses where the whole message counts, because a name may stand right before a word.
func said(text string, mails bool) string {
	for _, r := range []*regexp.Regexp{weiboReply, weiboQuote, quotedLine, quotedPost, linkRule, pathRule, fileRule} {
		text = r.ReplaceAllString(text, " ")
	}
	if mails {
		text = mailRule.ReplaceAllString(text, " ")
	}
	text = nameRule.ReplaceAllString(keycap.ReplaceAllString(text, " "), " ")
	text = hostRule.ReplaceAllStringFunc(text, func(s string) string {
		if network.RealHost(hostRule.FindStringSubmatch(s)[1]) {
			return " "
		}
		return s
	})
	return shortcode.ReplaceAllString(text, " ")
}

// bare is what a message says besides names, punctuation and emoji. Where there are
// no spaces between words, none counts.
func bare(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case inWord(r) || unicode.IsMark(r):
			return r
		case r == '\'' || r == '’':
			return -1 // don't is one word
		}
		return ' '
	}, fold(said(short(text), false)))
	return joined(strings.Fields(text))
}

// joined puts words together, with a space between them unless one of two neighbours is of a
// script that has none.
func joined(all []string) string {
	var out strings.Builder
	for i, w := range all {
		if i > 0 {
			last, _ := utf8.DecodeLastRuneInString(all[i-1])
			next, _ := utf8.DecodeRuneInString(w)
			if !unspaced(last) || !unspaced(next) {
				out.WriteByte(' ')
			}
		}
		out.WriteString(w)
	}
	return out.String()
}
