#include "mail/wording.h"

#include "mail/script.h"

#include <string.h>

static const char *const greetings[] = {
	"hi", "hello", "hey", "hiya", "dear", "greetings", "good morning", "good afternoon", "good evening", "good day",
	"morning", "afternoon", "to whom it may concern", "howdy", "hi there", "hello there", "hey there", "hi again",
	"hello again", "welcome",
	"hallo", "guten tag", "guten morgen", "guten abend", "sehr geehrte", "sehr geehrter", "sehr geehrtes", "liebe",
	"lieber", "moin", "servus", "gruss gott", "gruezi", "werte", "werter", "schonen guten tag",
	"bonjour", "bonsoir", "cher", "chere", "chers", "cheres", "salut", "madame", "monsieur", "mesdames", "coucou",
	"hola", "buenos dias", "buenas tardes", "buenas noches", "buenas", "buen dia", "muy buenas", "estimado", "estimada",
	"estimados", "estimadas", "estimado/a", "estimado(a)", "querido", "querida",
	"buongiorno", "buonasera", "buon giorno", "buon pomeriggio", "ciao", "salve", "gentile", "gentili", "gentilissimo",
	"gentilissima", "gent.mo", "gent.ma", "egregio", "spettabile", "spett.le", "caro", "cara", "cari",
	"ola", "oi", "bom dia", "boa tarde", "boa noite", "prezado", "prezada", "prezados", "prezadas", "prezado(a)",
	"exmo", "exma", "exmos", "exmo.", "caros",
	"hoi", "goedemorgen", "goedemiddag", "goedenavond", "goedendag", "goede morgen", "goede middag", "beste", "geachte",
	"dag",
	"dzien dobry", "witam", "witam serdecznie", "witaj", "czesc", "szanowny", "szanowna", "szanowni", "dobry wieczor",
	"drogi", "droga", "drodzy",
	"hej", "hejsan", "god morgon", "god dag", "god kvall", "kara", "basta", "tjena", "halla", "hej igen",
	"merhaba", "merhabalar", "selam", "selamlar", "sayin", "iyi gunler", "gunaydin", "iyi aksamlar", "degerli",
	"sevgili",
	"здравствуите", "здравствуи", "добрыи день", "доброе утро", "добрыи вечер", "доброго дня",
	"доброго времени суток", "привет", "приветствую", "уважаемыи", "уважаемая", "уважаемые", "дорогои", "дорогая",
	"дорогие",
	"こんにちは", "こんばんは", "おはようございます", "初めまして", "はじめまして", "拝啓", "前略",
	"您好", "你好", "大家好", "尊敬的", "亲爱的", "親愛的", "早上好", "上午好", "下午好", "晚上好", "嗨", "敬启者",
};

static const char *const greeting_sentences[] = {
	"お世話になって", "お世話になります", "お世話様です", "お疲れ様です", "お疲れさまです", "ご清栄", "ご清祥",
	"ますますご健勝",
};

static const char *const addressees[] = {
	"様", "さま", "さん", "御中", "各位", "殿", "先生", "女士", "小姐",
};

static const char *const pleasantries[] = {
	"hope you are well", "hope you're well", "hope you are doing well", "hope you're doing well", "hope you are good",
	"hope this finds you", "hope this email finds you", "hope this e-mail finds you", "hope this message finds you",
	"hope this note finds you", "hope this mail finds you", "hope my email finds you", "finds you well",
	"hope all is well", "hope all's well", "hope everything is", "hope you're having", "hope you are having",
	"hope you had", "hope you've had", "hope you have had", "hope you have a", "hope your week", "hope your day",
	"hope your weekend", "hope things are", "hope you and your", "hope you and the", "hope this reaches you",
	"hope you enjoyed", "hope you're enjoying", "hope you're keeping well", "hope you are keeping well",
	"trust you are", "trust you're", "trust this finds you", "trust all is well", "how are you", "how's it going",
	"how have you been", "happy monday", "happy tuesday", "happy wednesday", "happy thursday", "happy friday",
	"happy new year",
	"hoffe, es geht", "hoffe es geht", "hoffe, ihnen geht", "hoffe, dir geht", "hoffe ihnen geht", "hoffe dir geht",
	"hoffe, sie hatten", "hoffe, du hattest", "hoffe, diese nachricht erreicht", "hoffe diese nachricht erreicht",
	"hoffe, diese e-mail erreicht", "hoffe, alles ist gut", "wie geht es ihnen", "wie geht es dir", "wie geht's",
	"j'espere que vous allez bien", "j'espere que tu vas bien", "j'espere que ce message vous trouve",
	"j'espere que tout va bien", "j'espere que vous vous portez bien", "comment allez-vous", "comment vas-tu",
	"espero que te encuentres bien", "espero que se encuentre", "espero que estes bien", "espero que este bien",
	"espero que este muy bien", "espero que todo vaya bien", "espero que este mensaje", "como estas", "como esta usted",
	"spero che stia bene", "spero che tu stia bene", "spero tu stia bene", "spero stia bene", "spero tutto bene",
	"spero che vada tutto bene", "spero che questa mail", "come sta", "come stai",
	"espero que esteja bem", "espero que estejas bem", "espero que esteja tudo bem", "espero que este e-mail",
	"espero que esta mensagem", "tudo bem", "como vai", "tudo bom",
	"hoop dat het goed", "hoop dat alles goed", "hoop dat je een", "hoop dat u een", "hoe gaat het",
	"mam nadzieje, ze u", "mam nadzieje, ze wszystko", "mam nadzieje, ze ten", "mam nadzieje ze u", "co slychac",
	"hoppas att allt", "hoppas allt ar", "hoppas att du mar", "hoppas du mar", "hoppas att du har", "hur mar du",
	"hur ar laget",
	"umarim iyisinizdir", "umarim iyisindir", "umarim her sey", "nasilsiniz", "nasilsin", "umarim bu e-posta",
	"надеюсь, у вас", "надеюсь у вас", "надеюсь, вы", "надеюсь, у тебя", "надеюсь, это письмо", "как дела",
	"как ваши дела", "как поживаете",
	"お元気で", "ご健勝", "いかがお過ごし", "お変わり",
	"希望您一切", "希望你一切", "祝您一切", "最近好吗", "一切顺利", "近来可好", "希望您最近", "希望你最近",
};

static const char *const closings[] = {
	"best", "best regards", "best wishes", "regards", "kind regards", "kindest regards", "warm regards",
	"warmest regards", "warmly", "with warm regards", "with warmest regards", "ta", "many thanks", "thanks", "thanks again", "thanks so much", "thanks a lot", "thx",
	"thanks in advance", "thank you", "thank you so much", "thank you very much", "thank you again",
	"thank you in advance", "cheers", "sincerely", "sincerely yours", "yours sincerely", "yours truly", "yours",
	"yours faithfully", "respectfully", "respectfully yours", "cordially", "all the best", "talk soon", "speak soon",
	"talk to you soon", "take care", "have a great day", "have a nice day", "have a good day", "with best regards",
	"with kind regards", "with regards", "with best wishes", "with thanks", "with gratitude", "rgds", "br", "kr",
	"thanks and regards", "thanks & regards", "best rgds", "to your success", "looking forward", "love", "xoxo",
	"in gratitude", "very best", "best as always", "as ever", "ciao for now", "have a great week", "respectful regards",
	"mit freundlichen grussen", "mit freundlichem gruss", "freundliche grusse", "freundlicher gruss", "mfg", "lg", "vg",
	"viele grusse", "beste grusse", "liebe grusse", "herzliche grusse", "schone grusse", "mit besten grussen",
	"mit herzlichen grussen", "mit lieben grussen", "gruss", "grusse", "hochachtungsvoll", "vielen dank",
	"besten dank", "danke", "danke und gruss", "sonnige grusse", "mit vielen grussen", "bis bald",
	"cordialement", "bien cordialement", "tres cordialement", "bien a vous", "bien a toi", "sinceres salutations",
	"meilleures salutations", "salutations", "salutations distinguees", "salutations cordiales", "amicalement",
	"respectueusement", "a bientot", "merci", "merci d'avance", "bonne journee", "belle journee", "excellente journee",
	"merci beaucoup", "merci par avance", "avec mes salutations",
	"saludos", "saludos cordiales", "un saludo", "un cordial saludo", "cordiales saludos", "cordialmente",
	"atentamente", "atte", "muchas gracias", "gracias", "un abrazo", "mis saludos", "gracias de antemano",
	"muchos saludos", "que tenga un buen dia", "quedo atento", "quedo atenta", "saludos y gracias",
	"cordiali saluti", "cordialita", "distinti saluti", "saluti", "un saluto", "un caro saluto", "grazie",
	"grazie mille", "i migliori saluti", "migliori saluti", "a presto", "buona giornata", "buon lavoro",
	"con i migliori saluti", "un cordiale saluto", "tanti saluti",
	"atenciosamente", "att", "cumprimentos", "melhores cumprimentos", "com os melhores cumprimentos", "abracos",
	"abraco", "um abraco", "cordiais saudacoes", "obrigado", "obrigada", "muito obrigado", "muito obrigada",
	"saudacoes", "grato", "grata", "atentamente,", "com cumprimentos", "bom trabalho",
	"met vriendelijke groet", "met vriendelijke groeten", "vriendelijke groet", "vriendelijke groeten", "mvg",
	"hartelijke groet", "hartelijke groeten", "groet", "groeten", "groetjes", "hoogachtend", "bedankt",
	"alvast bedankt", "dank", "met hartelijke groet", "fijne dag", "dank u", "dank je wel", "met groet",
	"pozdrawiam", "pozdrawiam serdecznie", "serdecznie pozdrawiam", "z powazaniem", "z wyrazami szacunku", "pozdrowienia",
	"dziekuje", "dzieki", "lacze pozdrowienia", "lacze wyrazy szacunku", "milego dnia", "z gory dziekuje",
	"z pozdrowieniami", "pozdr",
	"med vanliga halsningar", "med vanlig halsning", "vanliga halsningar", "vanligen", "halsningar", "mvh",
	"basta halsningar", "hoglaktningsfullt", "hogaktningsfullt", "tack", "tack pa forhand", "tack sa mycket",
	"med basta halsningar", "allt gott", "ha en bra dag", "ha det bra", "hals", "vanlig halsning",
	"saygilarimla", "saygilarimizla", "saygilar", "iyi calismalar", "sevgiler", "sevgilerimle", "tesekkurler",
	"tesekkur ederim", "simdiden tesekkurler", "kolay gelsin", "selamlar", "en iyi dileklerimle", "iyi gunler dilerim",
	"с уважением", "с наилучшими пожеланиями", "всего доброго", "всего хорошего", "спасибо", "заранее спасибо",
	"искренне ваш", "искренне ваша", "с благодарностью", "наилучшие пожелания", "с уважением и наилучшими пожеланиями",
	"хорошего дня", "благодарю", "до связи",
	"敬具", "草々", "敬白", "以上",
	"此致", "此致敬礼", "敬礼", "祝好", "顺祝商祺", "順祝商祺", "祝商祺", "商祺", "谢谢", "顺颂商祺", "顺颂时祺", "致敬",
	"祝您工作顺利", "祝工作顺利", "祝您生活愉快", "感谢", "此致 敬礼", "祝一切顺利", "诚挚的问候",
};

static const char *const postscripts[] = {
	"p.s.", "ps.", "ps:", "ps", "p.s", "p.s.:", "p.p.s.", "pps", "p.p.s", "ps -", "p.d.", "pd:", "p.d", "posdata",
	"post scriptum", "p.-s.", "nb:", "n.b.", "not:", "п.с.", "з.ы.", "зы", "постскриптум", "追伸", "追記",
	"又及", "附言", "另:", "p/s",
};

static const char *const sent_from[] = {
	"sent from my", "sent from mail for", "sent from outlook", "sent from yahoo", "sent from gmail", "sent via",
	"sent with", "sent using", "get outlook for", "get bluemail", "sent from mailspring", "sent on the go",
	"von meinem", "gesendet von", "gesendet mit", "von unterwegs gesendet", "holen sie sich outlook",
	"diese nachricht wurde von meinem", "outlook fur",
	"envoye de mon", "envoye depuis", "envoye a partir de", "obtenir outlook", "telecharger outlook", "envoye avec",
	"enviado desde", "obtener outlook", "enviado con", "enviado a traves de",
	"inviato da", "inviato dal mio", "ottenere outlook", "scarica outlook", "inviato con",
	"enviado do meu", "enviado do", "enviado a partir do", "obter o outlook", "enviada do meu",
	"verstuurd vanaf", "verzonden vanaf", "verzonden met", "outlook voor", "verzonden vanuit",
	"wyslane z", "wyslano z", "pobierz program outlook", "pobierz outlook", "wyslane przez",
	"skickat fran", "hamta outlook", "skickat med",
	"iphone'umdan gonderildi", "iphone'dan gonderildi", "telefonumdan gonderildi", "outlook'u edinin",
	"отправлено с", "отправлено из", "отправлено через", "послано с", "скачать outlook",
	"iphoneから送信", "私のiphoneから送信", "スマートフォンから送信", "ipadから送信",
	"发自我的", "从我的", "發自我的", "从我的iphone发送", "来自我的", "傳送自",
};

static const char *const wrote[] = {
	"wrote", "writes", "said", "wrote the following", "has written",
	"schrieb", "schreibt", "geschrieben", "hat geschrieben", "schrieb folgendes", "geschrieben hat",
	"a ecrit", "ecrit", "a ecrit ce qui suit", "ecrivait",
	"escribio", "escribio lo siguiente", "ha escrito", "escribio el", "escribe",
	"ha scritto", "scrisse", "scrive",
	"escreveu", "escreveu o seguinte", "escreve",
	"schreef", "schrijft", "heeft geschreven", "het volgende geschreven", "schreef het volgende", "geschreven",
	"napisal", "napisala", "napisal(a)", "napisal/a", "napisal(-a)", "pisze", "napisano", "napisal/-a",
	"skrev", "skriver", "skrev foljande",
	"yazdi", "sunlari yazdi", "sunu yazdi", "yazmis", "yazdi ki",
	"пишет", "написал", "написала", "написал(а)", "написал (а)", "писал", "писал(а)", "писала", "пишите",
	"さんは書きました", "さんが書きました", "は書きました", "のメッセージ", "さんからのメッセージ",
	"写道", "寫道", "编写", "写到", "來信", "来信",
};

static const char *const original_message[] = {
	"original message", "original appointment", "original e-mail", "original email", "original mail",
	"ursprungliche nachricht", "ursprungliche mail", "originalnachricht", "original nachricht", "ursprunglicher termin",
	"original-nachricht",
	"message d'origine", "message original", "message initial", "message originel",
	"mensaje original", "messaggio originale", "messaggio original", "mensagem original", "oorspronkelijk bericht",
	"origineel bericht", "wiadomosc oryginalna", "oryginalna wiadomosc", "ursprungligt meddelande",
	"originalmeddelande", "ozgun ileti", "orijinal mesaj", "orjinal mesaj", "orijinal ileti", "исходное сообщение",
	"оригинальное сообщение", "元のメッセージ", "元のメール", "原始邮件", "原始郵件", "邮件原件", "原始信息", "原邮件",
};

static const char *const forwarded[] = {
	"forwarded message", "forwarded email", "forwarded by", "forwarded mail", "begin forwarded message",
	"start of forwarded message", "start forwarded message", "forwarded conversation",
	"weitergeleitete nachricht", "anfang der weitergeleiteten nachricht", "weitergeleitete e-mail",
	"beginn der weitergeleiteten nachricht", "weitergeleitet von",
	"message transfere", "debut du message transfere", "debut du message reexpedie", "courriel transfere",
	"message reexpedie",
	"mensaje reenviado", "inicio del mensaje reenviado", "mensaje enviado por",
	"messaggio inoltrato", "inizio messaggio inoltrato", "inizio del messaggio inoltrato",
	"mensagem encaminhada", "mensagem reencaminhada", "inicio da mensagem encaminhada",
	"inicio da mensagem reencaminhada",
	"doorgestuurd bericht", "begin doorgestuurd bericht", "begin van doorgestuurd bericht", "doorgezonden bericht",
	"przekazana wiadomosc", "wiadomosc przekazana", "tresc przekazanej wiadomosci", "przekazywana wiadomosc",
	"poczatek przekazywanej wiadomosci", "poczatek przekazanej wiadomosci",
	"vidarebefordrat meddelande", "vidarebefordrat brev", "borjan pa vidarebefordrat brev",
	"vidarebefordrat mejl", "borjan pa vidarebefordrat meddelande",
	"iletilen mesaj", "iletilmis mesaj", "yonlendirilen ileti", "yonlendirilmis ileti", "iletilen ileti",
	"yonlendirilen mesaj", "iletilen ileti baslangici",
	"пересылаемое сообщение", "переадресованное сообщение", "пересланное сообщение", "перенаправленное сообщение",
	"начало переадресованного сообщения", "начало пересылаемого сообщения", "пересылаемое письмо",
	"転送されたメッセージ", "転送メッセージ", "転送メール", "転送されたメール",
	"转发的邮件", "转发邮件", "转发的消息", "转发信息", "轉寄郵件", "轉寄的郵件", "開始轉寄郵件", "开始转发邮件", "被转发的邮件",
};

static const char *const forward_end[] = {
	"end forwarded message", "end of forwarded message", "ende der weitergeleiteten nachricht",
	"fin du message transfere", "fin del mensaje reenviado", "fine messaggio inoltrato", "fim da mensagem encaminhada",
	"einde doorgestuurd bericht", "koniec przekazywanej wiadomosci", "slut pa vidarebefordrat brev",
	"конец пересылаемого сообщения", "конец переадресованного сообщения",
};

static const char *const label_from[] = {
	"from", "von", "de", "expediteur", "remitente", "da", "mittente", "van", "afzender", "od", "nadawca", "fran",
	"avsandare", "kimden", "gonderen", "от", "от кого", "отправитель", "差出人", "送信者", "发件人", "寄件者", "寄件人",
};

static const char *const label_date[] = {
	"sent", "date", "gesendet", "datum", "envoye", "envoye le", "enviado", "enviado el", "fecha", "inviato", "data",
	"enviada em", "enviado em", "enviada", "verzonden", "wyslano", "wyslane", "skickat", "gonderildi", "tarih",
	"gonderme tarihi", "gonderilme tarihi", "отправлено", "дата", "送信日時", "日時", "日付", "发送时间", "日期", "傳送時間",
	"时间", "发送日期", "寄件日期",
};

static const char *const label_to[] = {
	"to", "cc", "an", "kopie", "a", "para", "per", "naar", "aan", "do", "till", "kime", "alici", "кому", "копия", "宛先",
	"收件人", "抄送", "destinataire", "destinatario", "dw", "kopia", "bilgi", "reply-to", "antwort an", "收件者",
};

static const char *const label_subject[] = {
	"subject", "betreff", "objet", "asunto", "oggetto", "assunto", "onderwerp", "temat", "amne", "konu", "тема", "件名",
	"主题", "主旨", "主題", "sujet",
};

static const char *const legal[] = {
	"not the intended recipient", "not an intended recipient", "not the named addressee", "confidentiality notice",
	"confidentiality note", "confidentiality statement", "legal disclaimer", "legal notice", "email disclaimer",
	"e-mail disclaimer", "disclaimer:", "may contain confidential", "contains confidential", "contain confidential",
	"may be confidential", "may be privileged", "is confidential and", "are confidential and", "is confidential to",
	"intended solely for", "intended only for the", "intended for the sole use", "intended only for use",
	"solely for the use of", "confidential and privileged", "privileged and confidential", "legally privileged",
	"environment before printing", "before you print", "before printing this", "originated from outside",
	"external email", "external sender", "received this email in error", "received this message in error",
	"received this e-mail in error", "received this in error", "registered in england", "registered office",
	"enthalt vertrauliche", "vertrauliche informationen", "vertrauliche und", "vertraulich und",
	"nicht der beabsichtigte", "nicht der richtige adressat", "nicht der vorgesehene", "irrtumlich erhalten",
	"unbefugte weitergabe", "unerlaubte weitergabe", "an die umwelt, bevor", "umwelt, bevor sie",
	"informations confidentielles", "destine exclusivement", "exclusivement destine", "sont confidentiels",
	"est confidentiel", "n'etes pas le destinataire", "recu ce message par erreur", "d'imprimer ce",
	"avis de confidentialite",
	"informacion confidencial", "aviso legal", "no es el destinatario", "no es usted el destinatario",
	"antes de imprimir", "recibido este mensaje por error", "es confidencial y", "caracter confidencial",
	"proteccion de datos", "aviso de confidencialidad", "exclusivamente a su destinatario",
	"informazioni riservate", "informazioni confidenziali", "avviso di riservatezza", "non siete il destinatario",
	"non e il destinatario", "ricevuto questo messaggio per errore", "ai sensi del", "prima di stampare",
	"natura confidenziale", "sono riservate", "strettamente riservate",
	"informacoes confidenciais", "informacao confidencial", "aviso de confidencialidade", "nao e o destinatario",
	"nao for o destinatario", "recebeu esta mensagem por engano", "uso exclusivo",
	"vertrouwelijke informatie", "uitsluitend bestemd voor", "niet de geadresseerde", "niet de beoogde ontvanger",
	"niet voor u bestemd", "is vertrouwelijk", "voordat u deze",
	"informacje poufne", "poufne informacje", "poufny", "nie jestes adresatem", "nie sa panstwo adresatem",
	"nie jest adresatem", "przeznaczona wylacznie", "zawierac informacje",
	"konfidentiell information", "inte ar avsedd mottagare", "inte ar den avsedda", "endast avsett for", "ar konfidentiellt",
	"gizli bilgi", "gizlidir", "yasal uyari", "gizli olup", "alicisi degilseniz",
	"конфиденциальную информацию", "конфиденциальная информация", "конфиденциально", "не являетесь адресатом",
	"получили это сообщение по ошибке", "исключительно для адресата", "подумаите об окружающеи среде",
	"機密情報", "誤って受信", "誤って送信", "誤送信", "機密性", "宛先の方以外",
	"保密信息", "机密信息", "保密资料", "如果您不是", "如您错误", "误收", "保密",
};

static const char *const unsubscribe[] = {
	"unsubscribe", "opt out", "opt-out", "manage subscription", "manage subscriptions", "remove me",
	"abmelden", "abbestellen", "austragen", "newsletter abmelden", "se desabonner", "desabonnement", "desinscription",
	"se desinscrire", "darse de baja", "cancelar suscripcion", "darme de baja", "cancella iscrizione", "disiscriviti",
	"annulla iscrizione", "disiscrizione", "cancelar inscricao", "descadastrar", "cancelar subscricao", "afmelden",
	"uitschrijven", "wypisz sie", "wypisz", "zrezygnuj", "avregistrera", "avprenumerera", "avsluta prenumeration",
	"abonelikten cik", "listeden cik", "abonelikten ayril", "отписаться", "отписка", "配信停止", "登録解除", "配信解除",
	"退订", "取消订阅", "取消訂閱",
};

static const char *const bulk_footer[] = {
	"unsubscribe here", "click here to unsubscribe", "to unsubscribe", "unsubscribe from this", "unsubscribe from these",
	"unsubscribe from our", "unsubscribe from all", "unsubscribe |", "| unsubscribe", "unsubscribe at any time",
	"you can unsubscribe", "unsubscribe link",
	"view in browser", "view in your browser", "view this email", "view it in your browser", "view online",
	"manage preferences", "manage your preferences", "email preferences", "update your preferences",
	"update preferences", "communication preferences", "subscription preferences", "notification settings",
	"you are receiving this", "you're receiving this", "you received this email because", "you are receiving these",
	"you received this message because", "you're getting this", "this email was sent to", "this message was sent to",
	"this email was intended for", "sent to you because", "all rights reserved", "our mailing address is",
	"no longer wish to receive", "no longer want to receive", "prefer not to receive", "you are subscribed to",
	"privacy policy", "mailing address:",
	"vom newsletter abmelden", "newsletter abbestellen", "sie erhalten diese e-mail", "sie erhalten diese mail",
	"sie erhalten diesen newsletter", "im browser ansehen", "im browser anzeigen", "keine e-mails mehr erhalten",
	"keine weiteren e-mails", "vous recevez ce", "vous recevez cet", "voir dans le navigateur", "version en ligne",
	"ne plus recevoir", "ne souhaitez plus recevoir", "recibe este correo", "recibes este correo", "ver en el navegador",
	"dejar de recibir", "no desea recibir mas", "ricevi questa", "riceve questa", "visualizza nel browser",
	"non desideri piu ricevere", "per disiscriverti", "voce esta recebendo", "recebeu este e-mail porque",
	"ver no navegador", "nao deseja mais receber", "deixar de receber", "u ontvangt deze", "je ontvangt deze",
	"bekijk in browser", "bekijk online", "geen e-mails meer", "otrzymujesz te wiadomosc", "otrzymali panstwo",
	"zobacz w przegladarce", "zrezygnowac z otrzymywania", "du far det har", "du har fatt detta", "visa i webblasare",
	"om du inte langre vill", "bu e-postayi aliyorsunuz", "tarayicida goruntule", "almak istemiyorsaniz",
	"вы получили это письмо", "вы получаете это", "отписаться от рассылки", "посмотреть в браузере",
	"配信停止は", "配信停止を", "このメールは", "本メールは配信専用", "メール配信", "您收到此邮件", "如需退订", "如果您不想再收到",
	"在浏览器中查看",
};

static const char *const list_footer[] = {
	"mailing list", "mailinglist", "mailinglista", "liste de diffusion", "lista de correo", "lista di distribuzione",
	"lista dyskusyjna", "mailing-list", "listinfo", "to unsubscribe", "to post to", "list archives", "list archive",
	"groups.io", "googlegroups.com", "google groups", "subscribed to the", "unsubscribe from this group",
	"рассылки", "メーリングリスト", "邮件列表",
};

static const char *const platform_footer[] = {
	"this email was intended for", "you are receiving linkedin", "you are receiving member messages",
	"you are receiving messages", "you are receiving invitation", "you are receiving reminder",
	"you are receiving inmail", "you are receiving notification", "learn why we included this", "linkedin corporation",
	"linkedin ireland", "linkedin and the linkedin logo",
	"diese e-mail ist fur", "diese e-mail war fur", "diese e-mail ist an", "sie erhalten linkedin",
	"sie erhalten benachrichtigung", "sie erhalten nachrichten", "sie erhalten einladung",
	"cet e-mail est destine a", "cet e-mail etait destine a", "vous recevez des", "vous recevez les",
	"este correo esta dirigido a", "este mensaje se ha enviado a", "este correo electronico se ha enviado a",
	"estas recibiendo", "questa e-mail e destinata a", "questa email e destinata a", "ricevi le e-mail",
	"este e-mail foi enviado para", "este e-mail e destinado a", "voce esta recebendo",
	"deze e-mail is bedoeld voor", "u ontvangt e-mails", "je ontvangt e-mails", "ta wiadomosc jest przeznaczona dla",
	"ta wiadomosc e-mail jest przeznaczona", "otrzymujesz wiadomosci", "det har mejlet ar avsett for",
	"detta mejl var avsett for", "du far e-post", "du far mejl", "bu e-posta su kisi icin", "bu e-postanin alicisi",
	"это письмо предназначено для", "это письмо предназначалось", "вы получаете письма", "вы получаете сообщения",
	"このメールは", "此邮件的目标收件人", "此邮件发送给", "您正在接收",
};

static const char *const author_speaks[] = {
	"reply", "respond", "let me know", "tell me", "just say", "hear from me", "from me", "i'll", "i will", "drop me",
	"i won't", "i can", "email me", "write back", "i am", "i have", "i don't", "i do", "i would", "i'd", "i've",
	"antworten sie", "antworte", "kurze antwort", "von mir", "ich", "repondez", "repondre", "je", "moi",
	"responda", "responde", "responder", "respondame", "yo", "rispondi", "risponda", "rispondere",
	"mie", "meu", "minha", "eu", "antwoord", "reageer", "ik", "odpisz", "odpisac", "odpowiedz", "ode mnie",
	"svara", "fran mig", "jag", "yanitla", "yanitlayin", "cevap", "benden", "ответьте", "напишите", "от меня",
	"я", "мне", "返信", "ご返信", "私", "回复", "我",
};

static const char *const reminders[] = {
	"below", "bump", "bumping", "bumped", "follow up", "follow-up", "followup", "following up", "circling back",
	"circle back", "looping back", "checking in", "checking back", "touching base", "my last email", "my last note",
	"my previous email", "my previous mail", "my earlier", "my email", "my note", "my message", "resending",
	"re-sending", "forwarding this again", "top of your inbox", "buried", "any thoughts", "any update", "any news",
	"did you get a chance", "did you see", "had a chance", "reminder", "float this", "floating this", "missed this",
	"haven't heard", "have not heard", "trying you again", "one more time", "last attempt",
	"unten", "nachhaken", "nachfassen", "meine letzte", "meine mail", "meine e-mail", "meine nachricht", "erinnerung",
	"untergegangen", "schon gelesen", "noch einmal", "nochmals",
	"ci-dessous", "relance", "relancer", "reviens vers", "mon dernier", "mon precedent", "mon message", "mon mail",
	"rappel", "passe inapercu",
	"abajo", "seguimiento", "mi ultimo", "mi anterior", "mi correo", "mi mensaje", "recordatorio", "retomo",
	"di seguito", "qui sotto", "riprendo", "sollecito", "la mia mail", "mia precedente", "mio messaggio", "promemoria",
	"abaixo", "acompanhamento", "meu e-mail", "meu email", "minha mensagem", "meu ultimo", "lembrete", "reforcar",
	"hieronder", "opvolgen", "mijn vorige", "mijn mail", "mijn bericht", "herinnering",
	"ponizej", "przypominam", "przypomniec", "moja wiadomosc", "moj mail", "moja poprzednia", "wracam do",
	"nedan", "folja upp", "foljer upp", "paminnelse", "mitt mejl", "mitt mail", "mitt forra",
	"asagida", "asagidaki", "hatirlatma", "hatirlatmak", "onceki e-postam", "onceki mailim", "mesajim",
	"ниже", "напоминаю", "напомнить", "мое письмо", "мое предыдущее", "мое сообщение", "возвращаюсь к",
	"下記", "再送", "先日", "前回", "再度", "リマインド",
	"下面", "以下", "跟进", "上一封", "之前的邮件", "提醒", "再次",
};

/* Phrases of one byte would not be found by wording_find(). */
#define PHRASES(array) {array, sizeof array / sizeof array[0]}

static const struct {
	const char *const *items;
	size_t count;
} tables[WORDING_KINDS] = {
	[WORDING_GREETING] = PHRASES(greetings),
	[WORDING_GREETING_SENTENCE] = PHRASES(greeting_sentences),
	[WORDING_ADDRESSEE] = PHRASES(addressees),
	[WORDING_PLEASANTRY] = PHRASES(pleasantries),
	[WORDING_CLOSING] = PHRASES(closings),
	[WORDING_POSTSCRIPT] = PHRASES(postscripts),
	[WORDING_SENT_FROM] = PHRASES(sent_from),
	[WORDING_WROTE] = PHRASES(wrote),
	[WORDING_ORIGINAL_MESSAGE] = PHRASES(original_message),
	[WORDING_FORWARDED] = PHRASES(forwarded),
	[WORDING_FORWARD_END] = PHRASES(forward_end),
	[WORDING_LABEL_FROM] = PHRASES(label_from),
	[WORDING_LABEL_DATE] = PHRASES(label_date),
	[WORDING_LABEL_TO] = PHRASES(label_to),
	[WORDING_LABEL_SUBJECT] = PHRASES(label_subject),
	[WORDING_LEGAL] = PHRASES(legal),
	[WORDING_UNSUBSCRIBE] = PHRASES(unsubscribe),
	[WORDING_BULK_FOOTER] = PHRASES(bulk_footer),
	[WORDING_LIST_FOOTER] = PHRASES(list_footer),
	[WORDING_PLATFORM_FOOTER] = PHRASES(platform_footer),
	[WORDING_AUTHOR_SPEAKS] = PHRASES(author_speaks),
	[WORDING_REMINDER] = PHRASES(reminders),
};

size_t wording_count(enum wording wording)
{
	return tables[wording].count;
}

const char *wording_at(enum wording wording, size_t index)
{
	return tables[wording].items[index];
}

/* Scripts without blanks begin here in UTF-8 (Thai stands before, and has no phrases). */
static bool is_unspaced(char c)
{
	return (unsigned char)c >= 0xe3;
}

static bool letter_behind(struct str text, size_t at)
{
	int32_t c;

	if (at >= text.n)
		return false;
	if ((unsigned char)text.p[at] < 0x80)
		return ascii_is_alnum(text.p[at]);
	script_read(text.p + at, text.n - at, &c);
	return script_of(c) != SCRIPT_NONE;
}

static size_t character_before(struct str text, size_t at)
{
	do
		at--;
	while (at && ((unsigned char)text.p[at] & 0xc0) == 0x80);
	return at;
}

/* True when a word may end at `at`, the end of a phrase. */
static bool ends_word(struct str text, size_t at)
{
	char last = text.p[character_before(text, at)];

	if (is_unspaced(last) || ((unsigned char)last < 0x80 && !ascii_is_alnum(last)))
		return true;
	return !letter_behind(text, at);
}

/* True when a word may begin at `at`. */
static bool starts_word(struct str text, size_t at)
{
	if (at == 0 || is_unspaced(text.p[at]) || text.p[at - 1] == ' ')
		return true;
	return !letter_behind(text, character_before(text, at));
}

/* Compares byte by byte: nearly always the first few differ. */
static bool stands_at(struct str text, size_t at, const char *phrase, size_t *ret_end)
{
	for (; *phrase; phrase++, at++)
		if (at >= text.n || text.p[at] != *phrase)
			return false;
	*ret_end = at;
	return ends_word(text, at);
}

bool wording_starts(enum wording wording, struct str folded, size_t *ret_end)
{
	size_t longest = 0, end;

	if (!folded.n)
		return false;
	for (size_t i = 0; i < tables[wording].count; i++) {
		const char *phrase = tables[wording].items[i];

		if (phrase[0] == folded.p[0] && stands_at(folded, 0, phrase, &end) && end > longest)
			longest = end;
	}
	if (ret_end)
		*ret_end = longest;
	return longest > 0;
}

bool wording_ends(enum wording wording, struct str folded)
{
	for (size_t i = 0; i < tables[wording].count; i++) {
		struct str phrase = str_of(tables[wording].items[i]);

		if (phrase.n > folded.n || memcmp(folded.p + folded.n - phrase.n, phrase.p, phrase.n) != 0)
			continue;
		if (starts_word(folded, folded.n - phrase.n))
			return true;
	}
	return false;
}

bool wording_contains(enum wording wording, struct str folded)
{
	struct wording_index index;
	struct wording_match match;

	wording_index_make(&index, &wording, 1);
	return wording_find(&index, folded, 0, &match);
}

void wording_index_make(struct wording_index *index, const enum wording *kinds, size_t kind_count)
{
	uint16_t next[257];

	memset(index->begin, 0, sizeof index->begin);
	memset(index->second_bits, 0, sizeof index->second_bits);
	for (size_t k = 0; k < kind_count; k++)
		for (size_t i = 0; i < tables[kinds[k]].count; i++)
			index->begin[(unsigned char)tables[kinds[k]].items[i][0] + 1]++;
	for (size_t i = 1; i < 257; i++)
		index->begin[i] = (uint16_t)(index->begin[i] + index->begin[i - 1]);
	memcpy(next, index->begin, sizeof next);
	for (size_t k = 0; k < kind_count; k++) {
		for (size_t i = 0; i < tables[kinds[k]].count; i++) {
			const char *phrase = tables[kinds[k]].items[i];
			size_t at = next[(unsigned char)phrase[0]]++;

			if (at >= WORDING_PHRASES_MAX)
				continue;
			index->phrases[at] = phrase;
			index->seconds[at] = (unsigned char)phrase[1];
			index->second_bits[(unsigned char)phrase[0]] |= UINT64_C(1) << (phrase[1] & 63);
			index->kinds[at] = (uint8_t)kinds[k];
		}
	}
}

bool wording_find(const struct wording_index *index, struct str folded, size_t from, struct wording_match *ret_match)
{
	for (size_t at = from; at + 1 < folded.n; at++) {
		unsigned char first = (unsigned char)folded.p[at], second = (unsigned char)folded.p[at + 1];
		unsigned char before = at ? (unsigned char)folded.p[at - 1] : ' ';

		if (!(index->second_bits[first] >> (second & 63) & 1) || (before >= 'a' && before <= 'z'))
			continue;
		for (size_t i = index->begin[first]; i < index->begin[first + 1]; i++) {
			if (index->seconds[i] != second || !stands_at(folded, at, index->phrases[i], &ret_match->end) ||
			    !starts_word(folded, at))
				continue;
			ret_match->start = at;
			ret_match->wording = (enum wording)index->kinds[i];
			return true;
		}
	}
	return false;
}

_Static_assert(sizeof closings / sizeof closings[0] <= WORDING_PHRASES_MAX, "the largest table fits an index");
