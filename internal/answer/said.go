package answer

import (
	"regexp"
	"strings"
	"unicode"

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
	shortcode  = regexp.MustCompile(`:[A-Za-z0-9_+-]+:`)
)

// said is what a person said themselves: without what they quoted, links, addresses, names, and a server's own emoji. Names are looked for before
// addresses where the whole message counts, because a name may stand right before a word.
func said(text string, mails bool) string {
	for _, r := range []*regexp.Regexp{weiboReply, weiboQuote, quotedLine, quotedPost, linkRule} {
		text = r.ReplaceAllString(text, " ")
	}
	if mails {
		text = mailRule.ReplaceAllString(text, " ")
	}
	text = nameRule.ReplaceAllString(text, " ")
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
	text = strings.Join(strings.Fields(text), " ")
	if strings.ContainsFunc(text, unspaced) {
		text = strings.ReplaceAll(text, " ", "")
	}
	return text
}
