package answer

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// fold makes texts comparable: full width, case, accents and white space do
// not count. Marks of scripts other than Latin, Greek and Cyrillic stay.
func fold(s string) string {
	s = norm.NFD.String(cases.Fold().String(norm.NFKC.String(s)))
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 0x300 && r <= 0x36F, r == 0x200B, r == 0xFEFF, r == 0xAD:
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(norm.NFC.String(s)), " ")
}

// unspaced tells whether a script is written without spaces between words.
func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// Says tells whether text has the word or phrase: as a whole word, but in
// scripts without spaces wherever it stands.
func Says(text, phrase string) bool {
	t, p := fold(text), fold(phrase)
	if p == "" {
		return false
	}
	for from := 0; ; {
		i := strings.Index(t[from:], p)
		if i < 0 {
			return false
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(t[:i])
		first, _ := utf8.DecodeRuneInString(p)
		last, _ := utf8.DecodeLastRuneInString(p)
		after, _ := utf8.DecodeRuneInString(t[i+len(p):])
		if apart(before, first) && apart(last, after) {
			return true
		}
		_, size := utf8.DecodeRuneInString(t[i:])
		from = i + size
	}
}

// apart tells whether a word may end between a and b.
func apart(a, b rune) bool {
	return !inWord(a) || !inWord(b) || unspaced(a) || unspaced(b)
}

func inWord(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// nameRule is a name as the networks write it. Names are ASCII, and Chinese
// follows them without a space: @pomelo退订.
var nameRule = regexp.MustCompile(`[@＠](?:[A-Za-z0-9_][A-Za-z0-9_.-]*|[\p{L}\p{N}_.-]+)(?:[@＠](?:[A-Za-z0-9][A-Za-z0-9.:-]*|[\p{L}\p{N}.:-]+))?`)

var linkRule = regexp.MustCompile(`https?://\S+`)

// bare is what a message says besides names, punctuation and emoji.
func bare(text string) string {
	text = fold(linkRule.ReplaceAllString(nameRule.ReplaceAllString(text, " "), " "))
	text = strings.Map(func(r rune) rune {
		switch {
		case inWord(r) || unicode.IsMark(r):
			return r
		case r == '\'' || r == '’':
			return -1 // don't is one word
		}
		return ' '
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// polite words do not change what a message is.
var polite = []string{"now", "all", "messages", "messaging me", "sending me messages", "吧", "我要", "我想", "帮我", "了", "please", "pls", "plz", "thanks", "thank you", "bitte", "danke", "por favor", "gracias", "s il vous plait", "merci",
	"请", "谢谢", "麻烦", "谢了", "お願いします"}

// stop are messages that opt out. Each is the whole message.
var stop = set("stop", "stop it", "stop all", "stopall", "unsubscribe", "unsubscribe me", "opt out", "optout", "cancel", "end", "quit",
	"leave me alone", "no more", "no more messages", "stop messaging me", "stop sending", "stop writing", "remove me",
	"退订", "退訂", "取消", "td", "t", "回t", "回td", "取消订阅", "取消訂閱", "停止", "停", "停止推送", "不要再发", "不要再发了", "别再发了", "别发了", "拒收", "勿扰", "不再接收",
	"stopp", "abmelden", "abbestellen", "aufhoren", "arret", "arreter", "desabonner", "me desabonner", "stop pub", "baja", "parar", "cancelar", "alto", "darse de baja",
	"sair", "pare", "cancella", "disiscrivi", "basta", "stoppen", "afmelden", "стоп", "отписаться", "отписка", "отмена",
	"停止する", "配信停止", "解除", "停止して", "수신거부", "중지", "그만", "취소", "إيقاف", "توقف", "الغاء", "إلغاء الاشتراك", "הסר", "הפסק", "dur", "durdur", "หยุด", "ยกเลิก", "रोकें", "बंद")

// start are messages that take an opt-out back.
var start = set("start", "unstop", "start again", "resume", "subscribe again", "恢复", "恢复订阅", "重新订阅", "开始", "再開", "iniciar", "reprendre", "старт", "시작", "ابدأ")

// leaving are phrases inside a message that no rule may answer: perhaps the
// person wants to be left alone, and a person has to read that.
var leaving = []string{"unsubscribe", "opt out", "stop sending", "stop messaging", "stop writing", "stop spamming", "leave me alone", "no more messages",
	"退订", "退訂", "取消订阅", "取消訂閱", "不要再发", "别再发", "不想收到", "别发了", "骚扰"}

func set(words ...string) map[string]bool {
	m := map[string]bool{}
	for _, w := range words {
		m[bare(w)] = true
	}
	return m
}

// IsStop tells whether a message is a wish to be left alone. more are further
// words that the brand's own settings add.
func IsStop(text string, more []string) bool { return is(text, stop, more) }

// IsStart tells whether a message takes that back.
func IsStart(text string, more []string) bool { return is(text, start, more) }

func is(text string, words map[string]bool, more []string) bool {
	b := bare(text)
	if matches(b, words, more) {
		return true
	}
	for range 3 {
		for _, p := range polite {
			b = strings.TrimSpace(without(b, bare(p)))
		}
	}
	return matches(once(b), words, more)
}

// without takes a word off both ends. Words of scripts with spaces are taken
// only as whole words.
func without(b, word string) string {
	r, _ := utf8.DecodeRuneInString(word)
	if unspaced(r) {
		return strings.TrimSuffix(strings.TrimPrefix(b, word), word)
	}
	return strings.TrimSuffix(strings.TrimPrefix(b, word+" "), " "+word)
}

// once is a word that is said again and again, said once: stop stop stop.
func once(b string) string {
	words := strings.Fields(b)
	for _, w := range words {
		if w != words[0] {
			return b
		}
	}
	if len(words) == 0 {
		return b
	}
	return words[0]
}

func matches(b string, words map[string]bool, more []string) bool {
	if words[b] {
		return b != ""
	}
	for _, m := range more {
		if b != "" && bare(m) == b {
			return true
		}
	}
	return false
}

func mayLeave(text string) bool {
	if words := strings.Fields(bare(text)); len(words) > 1 && len(words) <= 4 && (words[0] == "stop" || words[len(words)-1] == "stop") {
		return true
	}
	for _, l := range leaving {
		if Says(text, l) {
			return true
		}
	}
	return false
}
