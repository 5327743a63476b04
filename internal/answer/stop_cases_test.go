package answer

import (
	"strings"
	"testing"

	"magpie/internal/workspace"
)

// wish is how people say in one language that they want to be left alone.
type wish struct {
	alone    []string // whole messages; within a sentence the words mean much else
	anywhere []string // whole messages, and whatever is said beside them
	perhaps  []string // sentences with such a wish in them: for a person to read
}

var wishes = map[string]wish{
	"en": {
		[]string{"stop", "STOP ALL", "REVOKE", "quit", "end", "cancel", "Please stop!", "no more"},
		[]string{
			"unsub", "unsubscribe me please", "opt me out", "opt-out", "do not contact me again", "don't message me", "don’t message me",
			"do not message me", "don't contact me anymore", "please don't write to me again", "take me off your list",
			"take me off this list, please", "remove me from your list", "Remove me from the list!", "no more DMs",
			"no more messages please", "stop contacting me", "stop texting me", "stop sending me messages", "stop writing to me",
			"leave me alone", "please leave me alone", "revoke consent", "I revoke my consent", "I want to unsubscribe",
			"please unsubscribe me", "I'd like to opt out", "I want to opt out please",
		},
		[]string{
			"I asked you twice, please stop sending me deals", "How do I unsubscribe from these deals?",
			"I don't want your messages anymore", "why do I still get DMs after I opted out",
			"please do not contact me about the deal again", "Take me off this mailing list, will you, I never asked",
			"I revoke the consent that I gave in the shop",
		},
	},
	"de": {
		[]string{"stopp", "aufhören", "Stopp bitte"},
		[]string{
			"Abmelden", "bitte abmelden", "Bitte melden Sie mich ab", "melde mich ab", "ich möchte mich abmelden", "abbestellen",
			"keine Nachrichten mehr", "Bitte keine Nachrichten mehr", "schreibt mir nicht mehr", "Schreiben Sie mir bitte nicht mehr",
			"lasst mich in Ruhe", "keine Werbung mehr",
		},
		[]string{
			"Bitte schickt mir keine Nachrichten mehr, ich will keine Angebote", "Wie kann ich mich abmelden?",
			"Ich möchte keine Werbung mehr bekommen", "Warum schreibt ihr mir? Hört auf damit", "Ich habe mich schon zweimal abgemeldet",
		},
	},
	"fr": {
		[]string{"stop", "arrêt", "arrêter", "Arrêtez"},
		[]string{
			"désabonner", "désabonnez-moi", "se désabonner", "me désinscrire", "désinscription", "je veux me désabonner",
			"ne m'écrivez plus", "Ne me contactez plus !", "plus de messages", "arrêtez de m'écrire", "laissez-moi tranquille",
			"désabonnez-moi s'il vous plaît",
		},
		[]string{
			"Comment me désabonner de vos messages ?", "Arrêtez de m'envoyer des promos", "Je ne veux plus recevoir vos offres",
			"Merci de me désinscrire de la liste", "Je me suis désabonnée hier",
		},
	},
	"es": {
		[]string{"baja", "alto", "¡Basta!", "cancelar"},
		[]string{
			"darme de baja", "quiero darme de baja", "denme de baja por favor", "cancelar suscripción", "no más mensajes",
			"no me escriban más", "No me contacten más", "dejen de escribirme", "déjenme en paz",
		},
		[]string{
			"¿Cómo me doy de baja?", "Dejen de enviarme mensajes con ofertas", "No quiero recibir más ofertas",
			"Por favor cancelen mi suscripción ya", "Ya no me manden mensajes",
		},
	},
	"pt": {
		[]string{"sair", "parar", "parem", "cancelar"},
		[]string{
			"cancelar inscrição", "descadastrar", "não me envie mais mensagens", "não quero mais mensagens", "chega de mensagens",
			"por favor, me remova da lista",
		},
		[]string{
			"Parem de me enviar mensagens com ofertas", "Como faço para cancelar a inscrição?", "Não quero mais receber ofertas",
			"Quero me descadastrar da lista",
		},
	},
	"it": {
		[]string{"basta", "cancella", "cancellami"},
		[]string{
			"disiscrivi", "disiscrivimi", "voglio disiscrivermi", "non scrivetemi più", "basta messaggi", "non contattatemi più",
			"lasciatemi in pace", "disiscrivimi per favore",
		},
		[]string{
			"Come faccio a disiscrivermi?", "Smettetela di mandarmi messaggi", "Non voglio più ricevere offerte",
			"Toglietemi dalla lista, grazie mille",
		},
	},
	"nl": {
		[]string{"stoppen", "stop alsjeblieft"},
		[]string{
			"afmelden", "meld me af", "ik wil me afmelden", "uitschrijven", "schrijf me uit", "geen berichten meer",
			"stuur me geen berichten meer", "laat me met rust", "afmelden alstublieft",
		},
		[]string{
			"Hoe kan ik me afmelden?", "Stuur mij alsjeblieft geen berichten meer over acties", "Ik wil geen aanbiedingen meer ontvangen",
			"Hoe kan ik mij uitschrijven",
		},
	},
	"ru": {
		[]string{"стоп", "отмена", "прекратите"},
		[]string{
			"отписаться", "отписка", "отпишите меня", "хочу отписаться", "не пишите мне", "не пишите мне больше", "больше не пишите",
			"удалите меня из рассылки", "оставьте меня в покое", "пожалуйста, отпишите меня",
		},
		[]string{
			"Как отписаться от рассылки?", "Перестаньте мне писать об акциях", "Не присылайте мне больше рекламу",
			"Я уже отписывался вчера",
		},
	},
	"tr": {
		[]string{"dur", "durdur", "DURDUR", "iptal", "İPTAL"},
		[]string{
			"abonelikten çık", "aboneliği iptal et", "beni listeden çıkar", "bana yazmayın", "bana mesaj atmayın",
			"mesaj göndermeyin lütfen",
		},
		[]string{"Bana artık kampanya mesajı göndermeyin", "Abonelikten nasıl çıkarım?", "Artık mesaj almak istemiyorum"},
	},
	"ar": {
		[]string{"إيقاف", "ايقاف", "أيقاف", "إيقافْ", "ايـقـاف", "إِيقَاف", "إلغاء", "الغاء", "توقف", "توقّف", "توقفوا"},
		[]string{
			"إلغاء الاشتراك", "الغاء الاشتراك", "الغاء الإشتراك", "إلغـــاء الاشتراك", "لا تراسلوني", "لا ترسلوا لي رسائل",
			"من فضلك إلغاء الاشتراك",
		},
		[]string{"كيف ألغي الاشتراك؟", "كيف يمكنني الغاء الاشتراك من العروض", "توقفوا عن إرسال العروض لي", "لا أريد المزيد من الرسائل"},
	},
	"he": {
		[]string{"הסר", "הַסֵר", "הסירו", "הפסק", "הפסיקו", "תפסיקו"},
		[]string{"הסר אותי", "הסירו אותי", "הסירו אותי מהרשימה", "בבקשה הסירו אותי", "אל תכתבו לי", "אל תשלחו לי הודעות"},
		[]string{"איך אפשר להסיר אותי מהרשימה?", "תפסיקו לשלוח לי הודעות עם מבצעים", "אני לא רוצה לקבל יותר הודעות"},
	},
	"hi": {
		[]string{"रोकें", "बंद", "बंद करें", "बंद करो", "बन्द करें", "कृपया बंद करें"},
		[]string{"संदेश बंद करें", "मुझे संदेश मत भेजो", "मुझे मैसेज मत भेजें"},
		[]string{"मुझे ऑफ़र के संदेश भेजना बंद करें", "मैं सदस्यता कैसे रद्द करूँ?", "मुझे और संदेश नहीं चाहिए"},
	},
	"th": {
		[]string{"หยุด", "ยกเลิก", "ยกเลิกค่ะ", "หยุดครับ", "กรุณาหยุด"},
		[]string{"หยุดส่ง", "หยุดส่งข้อความ", "ยกเลิกการรับข่าวสาร", "ยกเลิกรับข้อความ", "ไม่ต้องส่งมาอีก", "อย่าส่งมาอีก"},
		[]string{"ช่วยหยุดส่งข้อความโปรโมชั่นมาหาฉันที", "จะยกเลิกการรับข่าวสารได้อย่างไร", "ไม่อยากได้รับข้อความอีกแล้ว"},
	},
	"zh": {
		[]string{"停止", "停", "取消", "ＴＤ", "T", "回TD", "回复TD", "拒收"},
		[]string{
			"退订", "退订!", "退 订", "退　订", "退\u200b订", "退订啊", "退订吧", "退订TD", "TD退订", "回T退订", "回TD退订", "回复T退订", "T退订", "请退订", "麻烦退订一下",
			"帮我退订一下，谢谢", "我要退订", "我想退订", "取消订阅", "取消 订阅", "请取消订阅", "不要再发了", "请不要再发了", "不要再给我发了", "不要再给我发消息了", "别再给我发消息", "别发了", "别再发私信了",
			"请勿打扰", "不要打扰我", "别打扰我", "停止推送",
		},
		[]string{"怎么退订你们的优惠消息", "请不要再给我发优惠了，谢谢", "别再给我发私信了好吗", "我不想再收到你们的优惠", "我上周退订过了还在发", "烦死了，天天发优惠，别来骚扰我", "怎样取消订阅优惠"},
	},
	"zh-Hant": {
		[]string{"退訂", "停止"},
		[]string{"我要退訂", "請退訂", "取消訂閱", "請取消訂閱", "不要再傳了", "別再傳了", "請不要再傳訊息給我", "請停止發送"},
		[]string{"怎麼退訂你們的優惠訊息", "請不要再傳優惠訊息給我", "我不想再收到優惠", "如何取消訂閱優惠"},
	},
	"ja": {
		[]string{"停止", "停止してください", "解除", "やめて", "やめてください", "もうやめてください", "ストップ", "ｽﾄｯﾌﾟ"},
		[]string{
			"配信停止", "配信 停止", "配信停止してください", "配信停止お願いします", "配信停止をお願いします", "配信を停止してください", "登録解除", "登録解除してください", "配信解除", "購読解除", "送らないで",
			"送らないでください", "もう送らないでください", "連絡しないでください",
		},
		[]string{"配信を止める方法を教えてください", "もうセールのメッセージを送らないでください", "配信停止したいのですが", "メールの登録を解除したいです", "セールの通知はもういりません"},
	},
	"ko": {
		[]string{"그만", "중지", "중지해주세요", "취소"},
		[]string{
			"수신거부", "수신 거부", "수신거부합니다", "수신 거부합니다", "수신거부해 주세요", "구독취소", "구독 취소", "구독 취소해주세요", "그만 보내세요", "그만 보내주세요", "보내지 마세요",
			"메시지 보내지 마세요",
		},
		[]string{"할인 문자 그만 보내주세요", "수신 거부는 어떻게 하나요?", "더 이상 할인 메시지를 받고 싶지 않아요", "구독 취소하고 싶어요"},
	},
}

// TestWishesAreHeard: each wish alone, beside a name, with an emoji.
func TestWishesAreHeard(t *testing.T) {
	t.Parallel()
	for language, w := range wishes {
		for _, text := range append(append([]string{}, w.alone...), w.anywhere...) {
			for _, form := range []string{text, "@shop " + text + "!", "🛑 " + text + ".", "“" + text + "”", "＠柚子 " + text + " ❤️"} {
				if !IsStop(form, nil) {
					t.Errorf("%s: %q is not heard", language, form)
					break
				}
			}
			if IsStart(text, nil) {
				t.Errorf("%s: %q is taken for “start”", language, text)
			}
		}
	}
}

// feelings are emoji with signs of variation, of gender and of skin, flags, and a
// server's own emoji by their names.
var feelings = []string{
	"❤️", "✌️", "✋️", "☹️", "☹︎", "🙇‍♂️", "🛑", "🙏", "✋🏽", "👨‍👩‍👧", "🇩🇪", "⛔️", "▶️", "👁️‍🗨️", "❤️❤️❤️",
	"🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F", "\uFE0F", "\u200D", "\u2060", ":blobcat:", ":neo_cat_2:", ":+1:",
	":a: :b_c:", "❤️ :blobcat: 🙏",
}

// TestWishesWithFeelings: whatever stands for a feeling changes nothing.
func TestWishesWithFeelings(t *testing.T) {
	t.Parallel()
	words := []string{
		"stop", "STOP.", "Abmelden", "Désabonner", "baja", "стоп", "退订", "配信停止", "수신거부", "إيقاف", "הסר", "durdur", "หยุด", "रोकें",
	}
	for _, e := range feelings {
		for _, word := range words {
			forms := []string{word + " " + e, e + " " + word, "@shop " + word + " " + e + "!", e + " " + word + " " + e}
			if !strings.HasPrefix(e, ":") { // a name of an emoji may belong to the word
				forms = append(forms, word+e)
			}
			missed := ""
			for _, form := range forms {
				if !IsStop(form, nil) {
					missed = form
				}
			}
			if missed != "" {
				t.Errorf("%+q is not heard", missed)
				break // one word is enough
			}
		}
		if !IsStop("ziemlich genug "+e, []string{"Ziemlich genug"}) {
			t.Errorf("a word of the brand's own with %+q is not heard", e)
		}
		if !IsStart("start "+e, nil) || !IsStart("恢复 订阅"+" "+e, nil) {
			t.Errorf("“start” with %+q is not heard", e)
		}
	}
	for own, text := range map[string]string{"أوقف الرسائل": "اوقف الرسائل", "no más": "NO MAS, gracias", "够了": "够 了！", "もういい": "もういい。"} {
		if !IsStop(text, []string{own}) {
			t.Errorf("%q is not heard as the brand's own %q", text, own)
		}
	}
	for _, text := range []string{"ابدأ", "ابدا", "再開してください", "恢复订阅吧", "please start again"} {
		if !IsStart(text, nil) {
			t.Errorf("%q is not heard as “start”", text)
		}
	}
}

// Names, links and the line of a quoted post beside a wish change nothing.
func TestWishesBesideNamesAndLinks(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"@shop stop", "stop @shop", "@shop: stop", "@shop, stop", "(@shop) stop!", "@shop @outlet@b.example stop",
		"@a@b.example:3000 stop", "@shop退订", "＠ＳＨＯＰ stop", "@ann@bücher.example Abmelden", "@shop@müller.de stop", "@shop@例え.jp 退订",
		"@shop@пример.рф стоп", "@shop@xn--bcher-kva.example stop", "@shop.bsky.social Abmelden",
		"stop https://shop.example/sale", "https://shop.example/sale 退订", "https://shop.example/sale，退订", "退订：https://shop.example/sale",
		"退订https://shop.example/sale", "stop www.shop.com", "Abmelden: shop.com/sale",
		"RE: https://s.example/@a/1\n\n@shop Abmelden", "@shop stop\n\nRE: https://s.example/@a/1",
		"@shop stop\nRT: https://s.example/@a/1", "> Alles 20 % billiger\n@shop Abmelden", "> a deal\n> for you\n\nstop",
		"@shop stop\n> a deal", "＞ 优惠\n退订",
		"回复@柚子电脑:退订", "回复@柚子电脑：退订！", "退订//@柚子电脑:双十一优惠", "退订 //@柚子电脑：优惠//@ann:好", // as Weibo shows answers and reposts
	} {
		if !IsStop(text, nil) {
			t.Errorf("%q is not heard", text)
		}
	}
}

// answers is what becomes of a message where a rule asks for just these words.
func answers(t *testing.T, text string, words ...string) Outcome {
	t.Helper()
	return asked(text, func(f *asking) {
		c := &workspace.Campaign{Name: "all"}
		c.Steps = workspace.Steps{{Name: "one", Campaign: c, Accounts: []string{"outlet"}, Mention: &workspace.Match{Says: words}}}
		f.Set.Campaigns = map[string]*workspace.Campaign{"all": c}
	}).decided().Outcome
}

// TestPerhapsAWish: a message with a wish in it is for a person, whatever the rules say.
func TestPerhapsAWish(t *testing.T) {
	t.Parallel()
	for language, w := range wishes {
		for _, text := range w.perhaps {
			for _, form := range []string{text, strings.ToUpper(text), "@outlet " + text + " ❤️"} {
				if got := answers(t, form, text); got == Reply || got == Silent {
					t.Errorf("%s: %q: %s", language, form, got)
					break
				}
			}
		}
		for _, text := range w.anywhere {
			for _, form := range []string{"deal, " + text, text + ", deal", "Hi! " + text + ". I never asked for a deal."} {
				if got := answers(t, form, "deal"); got == Reply || got == Silent {
					t.Errorf("%s: %q: %s", language, form, got)
					break
				}
			}
		}
	}
}

// TestNoWish: what only looks like a wish is none.
func TestNoWish(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"stop the presses", "The bus stop", "don't stop", "we have to STOP this bill", "non-stop", "stop motion", "stop by the shop?",
		"no more red shoes?", "the end", "stop or start?", "arrêt de bus", "c'est dur", "planta baja", "basta così?", "stoppen met roken",
		"стоп-кран", "отмена заказа", "إلغاء الطلب", "הסרט", "วันหยุด", "ยกเลิกออเดอร์", "停车场", "取消订单", "退订单", "停产", "T恤", "td1", "回头客",
		"停止線", "ロック解除", "やめておきます", "그만큼", "주문 취소", "बंद है?", "dur bakalım", ":stop_sign: open", "https://shop.example/stop 好看",
		"@stop hello", "take me off road", "remove me not", "> stop\nis that all I have to write?",
	} {
		if IsStop(text, nil) {
			t.Errorf("%q is taken for an opt-out", text)
		}
	}
}

// TestNoWishIsAnswered: a question of every day goes to its rule, not to the desk.
func TestNoWishIsAnswered(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"cancel my order", "When does the sale end?", "Can I cancel the deal?", "Where is the nearest bus stop to your shop?",
		"Do you sell stop watches and door stops?", "Is the sale still on? I can't find the end date", "Do you list your prices?",
		"How do I contact the shop?", "Any message for fans?", "Do you have more lists like this?", "Please message me the price",
		"Wann endet die Aktion?", "Kann ich meine Bestellung stornieren?", "Wo melde ich mich an?", "Habt ihr keine roten mehr?",
		"Comment annuler ma commande ?", "Vous n'avez plus de rouge ?", "¿Cuándo baja el precio?", "¿Puedo cancelar mi pedido?",
		"¿No hay más tallas?", "Posso cancelar o pedido?", "Posso cancellare l'ordine?", "Kan ik mijn bestelling annuleren?",
		"Как отменить заказ?", "Почему нет больше красных?", "Siparişimi iptal etmek istiyorum", "كيف ألغي الطلب؟", "متى يتوقف العرض؟",
		"איך מבטלים הזמנה?", "מתי הסרט?", "दुकान कब बंद होती है?", "ऑर्डर कैसे रद्द करूँ?", "วันหยุดเปิดไหม", "ยกเลิกออเดอร์ได้ไหม",
		"取消订单怎么弄", "停车场在哪里", "这款停产了吗", "T恤有优惠吗", "怎么退货", "什么时候发货", "不要发顺丰可以吗", "訂單可以取消嗎", "怎么订阅", "可以不要再加糖吗", "注文をキャンセルしたい", "ロック解除できますか",
		"ストップウォッチはありますか", "やめておきます、また今度", "送料は？", "주문 취소는 어떻게 하나요?", "그만큼 할인되나요?", "언제 보내주세요?", "문자 주세요",
	} {
		if got := answers(t, text, text); got != Reply {
			t.Errorf("%q: %s", text, got)
		}
	}
}

// Whoever may want to hear no more gets no offer: in the words of many languages, with the
// rule's own word in them, and in two scripts at once.
func TestNoOfferForARefusal(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"please don't send me any more deals", "I don't want any more deals", "no more deals please", "quit sending me deals",
		"don't text me deals",
		"don't DM me deals", "never message me again about deals", "I withdraw my consent to deals", "not interested in your deals",
		"take my name off your deals list", "stop sending me deal ありがとう", "please stop messaging me 谢谢 deal", "remove me from your list 谢谢，deal",
		"bitte keinen deal mehr schicken", "Hör auf mit deal", "arrêtez les deals", "no quiero deal", "non voglio deal", "geen deal meer",
		"nie chcę deal", "не надо deal",
		"别发优惠了", "不要发优惠了", "不要给我发优惠", "停止发送优惠", "拒收优惠", "取消推送优惠", "我不要优惠了", "セール情報のdealを止めてください", "dealのDMやめて", "deal 그만", "اوقف deal",
	} {
		f := asked(text, nil)
		for _, c := range f.Set.Campaigns {
			for _, s := range c.Steps {
				s.Mention.Says = append(s.Mention.Says, "deals", "优惠")
			}
			c.Offer = "bf"
		}
		if d := f.decided(); d.Outcome == Reply || d.Outcome == Silent {
			t.Errorf("%q: %s (%s)", text, d.Outcome, d.Reason)
		}
	}
	for _, text := range []string{"stop 1️⃣", "stop #️⃣", "stop やめて", "停止发送", "别烦我", "取消推送", "やめて下さい", "止めてください", "配信不要", "그만해", "أوقف",
		"don't text me",
		"stop thx", "STOP SVP", "stop right now", "rezygnuję", "Odhlásit", "відписатися", "huỷ đăng ký", "berhenti", "leiratkozás",
		"σταματήστε"} {
		if !IsStop(text, nil) {
			t.Errorf("%q is no opt-out", text)
		}
	}
}
