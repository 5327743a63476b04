package reply

import (
	"cmp"
	"strings"
)

// goodbye confirms an opt-out, once.
var goodbye = map[string]string{
	"en": "Understood: you will get no more messages from us. Write “start” if you change your mind.",
	"zh": "好的，我们不会再给您发消息。如果改变主意，回复“恢复”即可。",
	"es": "Entendido: no recibirá más mensajes nuestros. Escriba “start” si cambia de opinión.",
	"fr": "C’est noté : vous ne recevrez plus de messages de notre part. Écrivez « start » si vous changez d’avis.",
	"de": "Verstanden: Sie bekommen keine Nachrichten mehr von uns. Mit „start“ nehmen Sie das zurück.",
	"ja": "承知しました。今後メッセージはお送りしません。再開するには「再開」とお送りください。",
	"ar": "تم: لن تصلك منا رسائل أخرى. اكتب “start” إذا غيرت رأيك.",
}

// welcomeBack confirms that an opt-out is taken back.
var welcomeBack = map[string]string{
	"en": "Welcome back! We will answer you again. We send you offers only if you ask for them.",
	"zh": "欢迎回来！我们会重新为您服务。优惠消息需您主动订阅才会发送。",
	"es": "Bienvenido de nuevo: volvemos a responderle. Las ofertas solo llegan si las pide.",
	"fr": "Content de vous revoir : nous vous répondrons de nouveau. Vous ne recevrez d’offres que sur demande.",
	"de": "Willkommen zurück: Wir antworten Ihnen wieder. Angebote kommen nur, wenn Sie darum bitten.",
	"ja": "お帰りなさい。再びお返事いたします。特典のご案内はご希望の場合のみお送りします。",
	"ar": "أهلاً بعودتك: سنرد عليك من جديد. العروض تصل فقط عند الطلب.",
}

// invitation asks who wrote in public to write in private.
var invitation = map[string]string{
	"en": "Please send us this as a private message, and we will answer you there.",
	"zh": "请把这句话用私信发给我们，我们会在私信里回复您。",
	"es": "Envíenos esto por mensaje privado: allí recibirá su respuesta.",
	"fr": "Envoyez-nous cela en message privé : nous vous y répondrons.",
	"de": "Bitte schicken Sie uns das als private Nachricht: Dort bekommen Sie Ihre Antwort.",
	"ja": "同じ内容をダイレクトメッセージでお送りください。そちらでお返事いたします。",
	"ar": "من فضلك أرسل لنا هذا في رسالة خاصة وستصلك الإجابة هناك.",
}

// in returns the words in a language, or else in English.
func in(words map[string]string, language string) string {
	main, _, _ := strings.Cut(language, "-")
	return cmp.Or(words[main], words["en"])
}
