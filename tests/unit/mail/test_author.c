#include "mail/author.h"

#include "mail/excerpt.h"
#include "mail/wording.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static int make_arena(void **state)
{
	*state = arena_create(0);
	return *state == NULL;
}

static int drop_arena(void **state)
{
	arena_destroy(*state);
	return 0;
}

static struct address pat = {{"Pat Doyle", 9}, {"pat@sender.example", 18}, {"pat", 3}, {"sender.example", 14}};

static struct message message_of(struct arena *arena, const char *text)
{
	return (struct message){.arena = arena, .text = str_of(text), .from = {&pat, 1}};
}

static struct author divide(const struct message *message)
{
	struct folded *folded = arena_alloc(message->arena, sizeof *folded);
	struct author author;

	assert_non_null(folded);
	assert_int_equal(fold_text(message->text, 0, message->arena, folded), STATUS_OK);
	assert_int_equal(author_divide(message, folded, message->arena, &author), STATUS_OK);
	return author;
}

static struct str part(const struct message *message, const struct author *author, enum line_part first,
		       enum line_part second)
{
	struct excerpt excerpt;

	assert_int_equal(excerpt_make(&author->lines, first, second, message->arena, &excerpt), STATUS_OK);
	return excerpt.folded.text;
}

/* The author's text of a mail from Pat Doyle. */
static void expect(void **state, const char *text, const char *body)
{
	struct message message = message_of(*state, text);
	struct author author = divide(&message);
	struct str got = part(&message, &author, LINE_BODY, LINE_OLDER);

	if (strcmp(got.p, body) != 0)
		fail_msg("for:\n%s\n\nwanted: %s\ngot:    %s", text, body, got.p);
}

static void expect_signature(void **state, const char *text, const char *signature)
{
	struct message message = message_of(*state, text);
	struct author author = divide(&message);

	assert_string_equal(part(&message, &author, LINE_SIGNATURE, LINE_SIGNATURE).p, signature);
}

#define NEW        "The tiles arrive on Tuesday and Jo will lay them."
#define NEW_FOLDED "the tiles arrive on tuesday and jo will lay them."

static void test_phrases_are_folded(void **state)
{
	for (enum wording w = 0; w < WORDING_KINDS; w++)
		for (size_t i = 0; i < wording_count(w); i++) {
			struct str phrase = str_of(wording_at(w, i));

			assert_string_equal(fold_string(phrase, *state).p, phrase.p);
			if (w < WORDING_LABEL_FROM || w > WORDING_LABEL_SUBJECT)
				assert_true(phrase.n > 1);
		}
}

static void test_attributions(void **state)
{
	static const char *const lines[] = {
	    "On Mon, 3 Mar 2025 at 10:12, Sam Hill <sam@example.org> wrote:",
	    "On Mon, 3 Mar 2025 at 10:12, Sam Hill\n<sam@example.org> wrote:",
	    "On Mar 3, 2025, at 10:12 AM, Sam Hill <sam@example.org>\nwrote:",
	    "Am Mo., 3. März 2025 um 10:12 Uhr schrieb Sam Hill <sam@example.org>:",
	    "Am 03.03.2025 um 10:12 schrieb Sam Hill:",
	    "Le lun. 3 mars 2025 à 10:12, Sam Hill <sam@example.org> a écrit :",
	    "El lun, 3 mar 2025 a las 10:12, Sam Hill (<sam@example.org>) escribió:",
	    "Il giorno lun 3 mar 2025 alle ore 10:12 Sam Hill <sam@example.org> ha\nscritto:",
	    "Em seg., 3 de mar. de 2025 às 10:12, Sam Hill <sam@example.org> escreveu:",
	    "Op ma 3 mrt 2025 om 10:12 schreef Sam Hill <sam@example.org>:",
	    "W dniu 3.03.2025 o 10:12, Sam Hill pisze:",
	    "pon., 3 mar 2025 o 10:12 Sam Hill <sam@example.org> napisał(a):",
	    "Den mån 3 mars 2025 kl 10:12 skrev Sam Hill <sam@example.org>:",
	    "Sam Hill <sam@example.org>, 3 Mar 2025 Pzt, 10:12 tarihinde şunu yazdı:",
	    "пн, 3 мар. 2025 г. в 10:12, Sam Hill <sam@example.org>:",
	    "3 марта 2025 г., 10:12, Sam Hill <sam@example.org> написал:",
	    "2025年3月3日(月) 10:12 Sam Hill <sam@example.org>:",
	    "2025年3月3日 10:12、Sam Hill <sam@example.org>のメッセージ:",
	    "Sam Hill <sam@example.org> 于2025年3月3日周一 10:12写道：",
	};

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		char text[600];

		snprintf(text, sizeof text, NEW "\n\n%s\n\n> sorry to bother you\n> again\n", lines[i]);
		expect(state, text, NEW_FOLDED);
		snprintf(text, sizeof text, NEW "\n\n%s\n\nsorry to bother you\n", lines[i]);
		expect(state, text, NEW_FOLDED);
	}
}

static void test_colons_that_announce_nothing(void **state)
{
	expect(state, "As I wrote:\nplease bring the drill at 10:30 to the shed.",
	       "as i wrote: please bring the drill at 10:30 to the shed.");
	expect(state, "Send the 2025 forms to office@example.org:\nthey will know what to do.",
	       "send the 2025 forms to office@example.org: they will know what to do.");
}

static void test_answers_below_and_between(void **state)
{
	expect(state,
	       "On Mon, 3 Mar 2025 at 10:12, Sam Hill <sam@example.org> wrote:\n> Which day?\n" NEW
	       "\n> Who?\nAlso Ann.",
	       NEW_FOLDED "\nalso ann.");
	expect(state,
	       "> A long quoted line that some program wrapped at its seventy-second column\nor so\n> and more\n\n" NEW,
	       NEW_FOLDED);
	expect(state, ">From now on we meet on Fridays, said the chair, and nobody spoke.",
	       ">from now on we meet on fridays, said the chair, and nobody spoke.");
}

static void test_outlook(void **state)
{
	static const char *const tails[] = {
	    "-----Original Message-----\nFrom: Sam\nSent: Monday\n\nsorry to bother",
	    "-----Ursprüngliche Nachricht-----\nVon: Sam\n\nsorry to bother",
	    "-----Message d'origine-----\nsorry to bother",
	    "-------- Mensaje original --------\nsorry to bother",
	    "From: Sam Hill <sam@example.org>\nSent: Monday, 3 March 2025 10:12\nTo: Pat\nSubject: tiles\n\nsorry to bother",
	    "*From:* Sam Hill\n*Date:* Monday\n*Subject:* tiles\n\nsorry to bother",
	    "________________________________\nVon: Sam\nGesendet: Montag\nAn: Pat\nBetreff: x\n\nsorry to bother",
	    "De : Sam\nEnvoyé : lundi\nÀ : Pat\nObjet : x\n\nsorry to bother",
	    "De: Sam\nEnviado el: lunes\nPara: Pat\nAsunto: x\n\nsorry to bother",
	    "Da: Sam\nInviato: lunedì\nA: Pat\nOggetto: x\n\nsorry to bother",
	    "Van: Sam\nVerzonden: maandag\nAan: Pat\nOnderwerp: x\n\nsorry to bother",
	    "Od: Sam\nWysłano: poniedziałek\nDo: Pat\nTemat: x\n\nsorry to bother",
	    "Från: Sam\nSkickat: måndag\nTill: Pat\nÄmne: x\n\nsorry to bother",
	    "Kimden: Sam\nGönderildi: Pazartesi\nKime: Pat\nKonu: x\n\nsorry to bother",
	    "От: Sam\nОтправлено: понедельник\nКому: Pat\nТема: x\n\nsorry to bother",
	    "差出人: Sam\n送信日時: 月曜日\n宛先: Pat\n件名: x\n\nsorry to bother",
	    "发件人：Sam\n发送时间：星期一\n收件人：Pat\n主题：x\n\nsorry to bother",
	};

	for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
		char text[600];

		snprintf(text, sizeof text, NEW "\n\n%s\n", tails[i]);
		expect(state, text, NEW_FOLDED);
	}
	expect(state, "The flight is booked.\nFrom: Oslo\nTo: Rome\nPlease be there early.",
	       "the flight is booked. from: oslo to: rome please be there early.");
}

static void test_forwards(void **state)
{
	static const char *const markers[] = {
	    "---------- Forwarded message ---------",      "Begin forwarded message:",
	    "-------- Weitergeleitete Nachricht --------", "---------- Message transféré ---------",
	    "---------- Mensaje reenviado ---------",      "---------- Messaggio inoltrato ---------",
	    "---------- Mensagem encaminhada ---------",   "---------- Doorgestuurd bericht ---------",
	    "---------- Przekazana wiadomość ---------",   "---------- Vidarebefordrat meddelande ---------",
	    "---------- İletilen mesaj ---------",         "-------- Пересылаемое сообщение --------",
	    "---------- 転送されたメッセージ ---------",   "---------- 转发的邮件 ---------",
	};

	for (size_t i = 0; i < sizeof markers / sizeof markers[0]; i++) {
		char text[600];

		snprintf(text, sizeof text, NEW "\n\n%s\nFrom: Sam\n\nsorry to bother you\n", markers[i]);
		expect(state, text, NEW_FOLDED);
	}
	expect(state, NEW "\n\n--- Forwarded message ---\nsorry\n--- End forwarded message ---\nSo what?",
	       NEW_FOLDED "\nso what?");
	expect(state, "The forwarded message got lost, so here is the gist of it again.",
	       "the forwarded message got lost, so here is the gist of it again.");
}

static void test_signatures(void **state)
{
	static const char *const tails[] = {
	    "-- \nPat Doyle\nTiles & Co",
	    "Best regards,\nPat Doyle\nTiles & Co\n+44 20 7946 0143",
	    "Best regards, Pat",
	    "Thanks!\n\nPat",
	    "Mit freundlichen Grüßen\n\nPat Doyle\nGeschäftsführerin",
	    "Cordialement,\nPat",
	    "Saludos,\nPat",
	    "Cordiali saluti\nPat",
	    "Atenciosamente,\nPat",
	    "Met vriendelijke groet,\nPat",
	    "Pozdrawiam,\nPat",
	    "Med vänliga hälsningar\nPat",
	    "Saygılarımla,\nPat",
	    "С уважением,\nПат",
	    "此致\n敬礼\n派特",
	    "Pat",
	    "Pat Doyle\nTiles & Co\npat@sender.example",
	    "- Pat",
	    "Tiles & Co\nMill Lane 4\nTel: +44 20 7946 0143",
	    "Sent from my iPhone",
	    "Von meinem iPhone gesendet",
	    "Envoyé de mon iPhone",
	    "Отправлено с iPhone",
	    "iPhoneから送信",
	    "Thanks,\nPat\n\nSent from my iPad",
	};

	for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
		char text[600];

		snprintf(text, sizeof text, NEW "\n\n%s\n", tails[i]);
		expect(state, text, NEW_FOLDED);
	}
	expect_signature(state, NEW "\n\nBest regards,\nPat Doyle\nTiles & Co\n", "best regards, pat doyle tiles & co");
}

static void test_what_is_no_signature(void **state)
{
	expect(state, "Thanks for the tiles\nwhich came on Tuesday.\n\nPat",
	       "thanks for the tiles which came on tuesday.");
	expect(state, "Thanks, Sam.\n\nI will be there on Tuesday with the drill and the long ladder.",
	       "thanks, sam. i will be there on tuesday with the drill and the long ladder.");
	expect(state, "よろしくお願いいたします。\n\n来週の火曜日にタイルが届きます。",
	       "よろしくお願いいたします。 来週の火曜日にタイルが届きます。");
	expect(state, NEW "\n\nHere is the calendar:\nhttps://calendar.example/pat",
	       NEW_FOLDED " here is the calendar: https://calendar.example/pat");
}

static void test_afterthoughts_are_the_authors(void **state)
{
	expect(state, NEW "\n\nBest,\nPat\n\nP.S. If you would rather not hear from me, just say so.",
	       NEW_FOLDED "\np.s. if you would rather not hear from me, just say so.");
	expect(state, NEW "\n\nPat Doyle\nTiles & Co\n\nIf this is of no interest to you, reply 'no' and I will stop.",
	       NEW_FOLDED "\nif this is of no interest to you, reply 'no' and i will stop.");
	expect(state, NEW "\n\n-- \nPat Doyle\n\nPS: bring gloves", NEW_FOLDED "\nps: bring gloves");
}

static void test_a_pitch_does_not_hide_in_a_signature(void **state)
{
	char text[3000] = "Hi Sam, have a look at this when you can.\n\n-- \nPat\n\n";

	for (int i = 0; i < 20; i++)
		strcat(text, "We build websites for bakeries and would love to show you how we do it.\n\n");
	assert_non_null(strstr(text, "bakeries"));
	{
		struct message message = message_of(*state, text);
		struct author author = divide(&message);

		assert_non_null(strstr(part(&message, &author, LINE_BODY, LINE_BODY).p, "websites for bakeries"));
	}
}

static void test_footers(void **state)
{
	static const char *const tails[] = {
	    "This email and any attachments may contain confidential information. If you are not the\n"
	    "intended recipient, please delete it.",
	    "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, löschen Sie sie.",
	    "Ce message contient des informations confidentielles.",
	    "AVISO LEGAL: Este mensaje contiene información confidencial.",
	    "Dit bericht is uitsluitend bestemd voor de geadresseerde.",
	    "Это сообщение содержит конфиденциальную информацию.",
	    "本メールには機密情報が含まれている場合があります。",
	    "_______________________________________________\ntalk mailing list\ntalk@lists.example\n"
	    "https://lists.example/mailman/listinfo/talk",
	    "Unsubscribe | View in browser",
	    "You are receiving this because you signed up at our stall.\nTiles & Co, Mill Lane 4, Leeds",
	    "Vom Newsletter abmelden",
	    "If you no longer wish to receive these emails, unsubscribe here.",
	    "----------------------------------------\n\nThis email was intended for Sam Hill (Baker)\n"
	    "You are receiving InMail notification emails.\n\n© 2025 LinkedIn Corporation",
	    "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n=abcd\n-----END PGP SIGNATURE-----",
	};

	for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
		char text[900];

		snprintf(text, sizeof text, NEW "\n\n%s\n", tails[i]);
		expect(state, text, NEW_FOLDED);
	}
}

static void test_what_the_author_offers_is_no_footer(void **state)
{
	expect(state, NEW "\n\nIf you no longer wish to receive mail from me, just reply and I will stop.",
	       NEW_FOLDED " if you no longer wish to receive mail from me, just reply and i will stop.");
	expect(state, "We rent a mailing list of bakeries.\n\nWould you like to unsubscribe from boring work?",
	       "we rent a mailing list of bakeries. would you like to unsubscribe from boring work?");
}

static void test_who_speaks_of_confidence_makes_no_disclaimer(void **state)
{
	expect(state, "Somos consultores de protección de datos y ayudamos a clínicas.\n\nUn saludo,\nPat Doyle",
	       "somos consultores de proteccion de datos y ayudamos a clinicas.");
	expect(state, "Мы строго конфиденциально ищем директора.", "мы строго конфиденциально ищем директора.");
	expect(state, "我们为企业提供保密服务。", "我们为企业提供保密服务。");
	expect(state,
	       NEW
	       "\n\nDiese E-Mail enthält vertrauliche und rechtlich geschützte Angaben, und sie ist vertraulich und "
	       "nur für Sie.",
	       NEW_FOLDED);
	expect(state, NEW "\n\n本邮件含有机密信息，如果您不是收件人，请删除。", NEW_FOLDED);
}

static void test_spans(void **state)
{
	static const struct text_span spans[] = {{10, 20, TEXT_QUOTE}, {30, 41, TEXT_FOOTER}, {41, 51, TEXT_FORWARD}};
	struct message message = message_of(*state, "Tiles now\nold words\nand grout\nPat, Tiles\nforwarded\n");
	struct author author;

	message.spans = spans;
	message.span_count = 3;
	author = divide(&message);
	assert_string_equal(part(&message, &author, LINE_BODY, LINE_BODY).p, "tiles now\nand grout");
	assert_string_equal(part(&message, &author, LINE_SIGNATURE, LINE_SIGNATURE).p, "pat, tiles");
	assert_string_equal(part(&message, &author, LINE_QUOTE, LINE_FORWARD).p, "old words\nforwarded");
}

static void test_parts_do_not_swallow_one_another(void **state)
{
	expect(state, NEW "\n\n-----Original Message-----\nold\n\f\nWe build websites for bakeries.",
	       NEW_FOLDED "\nwe build websites for bakeries.");
}

static void test_reminders(void **state)
{
	static const char reminder[] =
	    "Just bumping this up, any thoughts?\n\nPat\n\n"
	    "On Mon, 3 Mar 2025 at 10:12, Pat Doyle <pat@sender.example> wrote:\n"
	    "> Hi Sam,\n>\n> we build websites for bakeries\n> and love it.\n>\n"
	    "> On Sun, 2 Mar 2025 at 10:12, Sam Hill <sam@example.org> wrote:\n>> not mine\n";
	struct message message = message_of(*state, reminder);
	struct author author = divide(&message);

	assert_true(author.quoted_only);
	assert_string_equal(
	    part(&message, &author, LINE_BODY, LINE_OLDER).p,
	    "just bumping this up, any thoughts?\nhi sam,\nwe build websites for bakeries and love it.");
	expect(state, "Any thoughts?\n\nFrom: Pat Doyle\nSent: Monday\nTo: Sam\nSubject: x\n\nWe build websites.",
	       "any thoughts?\nwe build websites.");
	expect(state, "Yes.\n\nOn Mon, 3 Mar 2025 at 10:12, Sam Hill <sam@example.org> wrote:\n> Shall we meet?",
	       "yes.");
	expect(state, NEW "\n\nOn Mon, 3 Mar 2025 at 10:12, Pat Doyle <pat@sender.example> wrote:\n> we build websites",
	       NEW_FOLDED);
}

static void test_nothing_left(void **state)
{
	expect(state, "> we build websites\n> for bakeries", "we build websites for bakeries");
	expect(state, "", "");
	expect(state, "\n \n", "");
	expect(state, "Thanks,\nPat", "thanks, pat");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_phrases_are_folded, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_attributions, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_colons_that_announce_nothing, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_answers_below_and_between, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_outlook, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_forwards, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_signatures, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_what_is_no_signature, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_afterthoughts_are_the_authors, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_a_pitch_does_not_hide_in_a_signature, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_footers, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_what_the_author_offers_is_no_footer, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_who_speaks_of_confidence_makes_no_disclaimer, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_spans, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_parts_do_not_swallow_one_another, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_reminders, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_nothing_left, make_arena, drop_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
