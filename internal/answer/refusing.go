package answer

import (
	"regexp"
	"strings"
)

// refusing are phrases, anywhere in a message, of people who may want to hear no more: what
// they say goes to a person, whatever rule would answer. Texts are folded: small letters, no
// accents, no apostrophes.
var refusing = func() (all []*regexp.Regexp) {
	for _, p := range []string{
		// English
		`\b(?:dont|do not|never|no longer|stop|quit|cease|please no)\b(?:\W+\w+){0,4}?\W+` +
			`(?:send(?:ing)?|text(?:ing)?|dm(?:ing)?|messag(?:e|ing)|e-?mail(?:ing)?|mail(?:ing)?|contact(?:ing)?|want|` +
			`writ(?:e|ing)|tag(?:ging)?|spam(?:ming)?|bother(?:ing)?|promot(?:e|ing))\b`,
		`\bno more\b`, `\bnot interested\b`, `\bwithdraw\b.*\bconsent\b`, `\b(?:take|get|keep)\b(?:\W+\w+){0,3}?\W+(?:off|out of)\b.*\blist\b`,
		`\bremove\b(?:\W+\w+){0,3}?\W+(?:list|me)\b`, `\bleave me\b`, `\bopt(?:ing|ed)?[ -]?out\b`, `\bunsubscrib`, `\bhad enough\b`,
		// German, Dutch, Swedish, Danish, Norwegian, Finnish
		`\b(?:kein(?:e[nrs]?)?|nicht|nie)\b.*\bmehr\b`, `\bhort? (?:bitte )?auf\b`, `\baufhoren\b`, `\babmeld`, `\bgeen\b.*\bmeer\b`,
		`\bniet meer\b`, `\bikke mer`, `\binte mer\b`, `\bsluta\b`, `\bavregistrer`, `\bala (?:enaa )?laheta\b`, `\blopeta\b`,
		// French, Spanish, Italian, Portuguese, Romanian
		`\barrete[rz]?\b`, `\bne\b.*\b(?:plus|jamais)\b`, `\bdesabonn|\bdesinscri`, `\bno (?:me |mas |quiero|envi|mand|escrib)`,
		`\bdej(?:e|a|en)\b.*\bde\b`, `\bbasta\b`,
		`\bnon\b.*\b(?:piu|voglio|mandate|inviate|scrivete)\b`, `\bnao\b.*\b(?:mais|quero|mande|envie)`, `\bpare\b`, `\bnu (?:mai|vreau)\b`,
		// Polish, Czech, Hungarian, Greek, Turkish
		`\bnie\b.*\b(?:wysyłaj|wysylaj|chc|pisz)`, `\brezygnuj|\bwypisz`, `\bne(?:posilejte|piste|chci)\b`, `\bodhlasit|\bodhlaste`,
		`\bne (?:kuldj|irj)`, `\bleiratkoz`, `\bμην?\b`, `\bσταματ`,
		`\b(?:gonderme|istemiyorum|iptal|durdur)`,
		// Russian, Ukrainian
		`(?:не|больше не|більше не)\s+(?:надо|нужно|хочу|присыл|отправл|пиши|надсил|треба)`, `отпи[сш]|відпис|хватит|досить|прекрат|припин`,
		// Arabic, Hebrew, Hindi, Thai, Vietnamese, Indonesian
		`[اأإآ]وقف|وقفو|[اأإ]يقاف|توقف|لا\s*(?:ترسل|اريد|أريد|تراسل)|الغاء|إلغاء`, `תפסיק|הפסיק|הסיר|לא רוצה`, `बंद|बन्द|मत भेज|नहीं चाहिए`,
		`หยุด|ยกเลิก|ไม่ต้องส่ง|อย่าส่ง`,
		`\bđung (?:gui|nhan)|\bhuy (?:đang ky|nhan)|\bngung\b`, `\b(?:jangan|stop|berhenti)\b.*\b(?:kirim|mengirim|hubungi)`, `\bberhenti\b`,
		// Chinese
		`[别別勿](?:再)?(?:给我|給我)?(?:发|發|推|送|传|傳|打扰|打擾|烦|煩)`, `不要(?:再)?(?:给我|給我)?(?:发|發|推|送|传|傳|打扰|打擾)`, `不(?:想|要|需要|必)(?:再)?(?:收|接|看)`,
		`(?:我)?不(?:要|需要)[^，。,.!！?？]{0,8}了`,
		`停止(?:发|發|推|接收|向我)`, `拒(?:收|绝接收|絕接收)`, `取消(?:推送|订阅|訂閱|接收|关注|關注)`, `(?:不|别|別)再[^，。,.!！?？]{0,4}(?:发|發|推|送)`,
		// Japanese, Korean
		`(?:やめ|止め|停止し|配信停止|送らな|送信しな|いりません|いらない|要りません|不要です|配信不要|解除)`, `그만|보내지\s*(?:마|말)|수신\s*거부|구독\s*(?:해지|취소)|안\s*받`,
	} {
		all = append(all, regexp.MustCompile(p))
	}
	return all
}()

// refuses tells whether a message may say that its author wants to hear no more.
func refuses(text string) bool {
	folded := strings.NewReplacer("'", "", "’", "").Replace(fold(said(short(text), true)))
	close := strings.Join(strings.Fields(folded), "")
	for _, r := range refusing {
		if r.MatchString(folded) || r.MatchString(close) && strings.ContainsFunc(close, unspaced) {
			return true
		}
	}
	return false
}
