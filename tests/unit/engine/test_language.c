/* Which languages a text rules out. Texts are folded: small letters without accents. */
#include "engine/language.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char *const all[] = {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "tr", "ru", "ja", "zh"};

static const struct {
	const char *language;
	const char *text;
} samples[] = {
    {"en", "hi sam, we met at the fair and you asked for the list of our tiles. it is with the post now."},
    {"de", "guten tag, wir haben die fliesen fur sie zuruckgelegt und sind am dienstag nicht im laden."},
    {"fr", "bonjour, nous avons mis les carreaux de cote pour vous et le magasin est ferme dans la semaine."},
    {"es", "hola, hemos apartado los azulejos para usted y la tienda no se abre en la semana que viene."},
    {"it",
     "buongiorno, abbiamo messo da parte le piastrelle per lei e il negozio non e aperto nella settimana che viene."},
    {"pt", "bom dia, separamos os azulejos para voce e a loja nao abre na semana que vem, como sempre."},
    {"nl", "goedemorgen, we hebben de tegels voor u apart gelegd en de winkel is dinsdag niet open."},
    {"pl", "dzien dobry, odlozylismy plytki dla pana i sklep nie jest we wtorek otwarty, jak zawsze po swiecie."},
    {"sv", "hej, vi har lagt undan plattorna till er och butiken ar inte oppen pa tisdag, som vanligt."},
    {"tr", "merhaba, fayanslari sizin icin ayirdik ve dukkan sali gunu acik degil, bu hafta boyle bir durum var."},
    {"ru", "добрый день, мы отложили плитку для вас, магазин во вторник закрыт."},
    {"ja", "お世話になっております。タイルをお取り置きしました。火曜日は店を閉めます。"},
    {"zh", "您好,我们已经为您保留了瓷砖,星期二商店不开门。"},
};

static void test_each_language_may_be_itself(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
		if (!language_may_be(language_guess(str_of(samples[i].text)), samples[i].language))
			fail_msg("not %s: %s", samples[i].language, samples[i].text);
}

static void test_far_languages_are_ruled_out(void **state)
{
	static const char *const never[][2] = {{"sv", "es"}, {"sv", "ru"}, {"de", "fr"}, {"de", "tr"}, {"fr", "de"},
					       {"es", "de"}, {"it", "sv"}, {"pt", "nl"}, {"nl", "it"}, {"pl", "de"},
					       {"tr", "it"}, {"ru", "de"}, {"ru", "ja"}, {"ja", "fr"}, {"zh", "ja"},
					       {"ja", "zh"}, {"zh", "ru"}, {"en", "de"}, {"en", "zh"}};

	(void)state;
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		for (size_t k = 0; k < sizeof samples / sizeof *samples; k++)
			if (strcmp(samples[k].language, never[i][0]) == 0 &&
			    language_may_be(language_guess(str_of(samples[k].text)), never[i][1]))
				fail_msg("%s may be %s", never[i][0], never[i][1]);
}

static void test_english_stands_everywhere_and_local_languages_are_let_be(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		assert_true(language_may_be(language_guess(str_of(samples[i].text)), "en"));
		assert_true(language_may_be(language_guess(str_of(samples[i].text)), "cs"));
	}
}

static void test_a_text_too_short_to_tell(void **state)
{
	(void)state;
	for (size_t i = 0; i < 10; i++) {
		assert_true(language_may_be(language_guess(STR("intresserad?")), all[i]));
		assert_true(language_may_be(language_guess(STR("seo audit 2026")), all[i]));
	}
	for (size_t i = 0; i < 13; i++)
		assert_true(language_may_be(language_guess(STR("")), all[i]));
}

static void test_a_neighbour_is_not_both(void **state)
{
	/* Two thirds of these short words would do for Spanish as well, and a rule of each would count. */
	language_set set =
	    language_guess(str_of("bonjour, la liste de la promotion est prete et la salle de la fete est en "
				  "face de la gare. merci de me dire si vous venez avec votre mari ou non, "
				  "je suis de service."));

	(void)state;
	assert_true(language_may_be(set, "fr"));
	assert_false(language_may_be(set, "es"));
}

static void test_two_languages(void **state)
{
	language_set set =
	    language_guess(STR("wir haben das fur sie und ihr team. nous avons cela pour vous et votre equipe."));

	(void)state;
	assert_true(language_may_be(set, "de"));
	assert_true(language_may_be(set, "fr"));
	assert_false(language_may_be(set, "tr"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_each_language_may_be_itself),
	    cmocka_unit_test(test_far_languages_are_ruled_out),
	    cmocka_unit_test(test_english_stands_everywhere_and_local_languages_are_let_be),
	    cmocka_unit_test(test_a_text_too_short_to_tell),
	    cmocka_unit_test(test_a_neighbour_is_not_both),
	    cmocka_unit_test(test_two_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
