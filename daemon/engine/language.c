#include "engine/language.h"

#include "mail/script.h"

#include <pthread.h>
#include <string.h>

enum {
	TEXT_MAX = 8 * 1024,
	WORD_MAX = 10,
	SLOTS = 1024, /* of the hash table; a power of two, several times the number of words */
	TELLING = 4,  /* so many words of a language are no accident */
	HAN_ALONE = 8,
	KANA_FIRST = 0x3040,
	KANA_LAST = 0x30ff
};

enum language { EN, DE, FR, ES, IT, PT, NL, PL, SV, TR, LATIN_COUNT, RU = LATIN_COUNT, JA, ZH, LANGUAGE_COUNT };

static const char codes[LANGUAGE_COUNT][3] = {"en", "de", "fr", "es", "it", "pt", "nl",
					      "pl", "sv", "tr", "ru", "ja", "zh"};

/* Folded, and none that is a common word of another language that is not listed with it. */
static const char *const short_words[LATIN_COUNT] = {
    [EN] = "the and you your we our of to are with that this have has for it would can be my was from about if not at "
	   "on or they will what how",
    [DE] =
	"und der die das ich sie wir ist nicht mit fur ein eine einen einem auf zu den dem ihr ihre ihren ihnen bei auch "
	"sind haben wenn wie im am von sich dass oder noch gern du dich mich mir uns als aus nach",
    [FR] = "le la les des vous nous je est et pour une un dans que qui sur avec votre vos notre pas du au ce cette ai "
	   "sont avez plus par si ne mon mes suis en de",
    [ES] = "el la los las que de y en un una por para con su sus no es se lo como mas nos les usted le del al esta si "
	   "mi te tu hola muy me",
    [IT] =
	"il lo la gli che di e un una per con non sono siamo si mi le della dei del nel vi vostra vostro suo sua piu "
	"anche come se questo ho abbiamo ci da al i",
    [PT] = "o a os as que de e em um uma para com por nao se voce seu sua do da no na ao dos das mais mas esta sao tem "
	   "nos como eu ou meu",
    [NL] =
	"de het een en van ik je jij u uw jullie wij we dat die niet met voor op is zijn er om aan bij naar ook hebben "
	"heeft kunnen te mijn onze als",
    [PL] =
	"i w na z nie sie ze do to jest jak o po ale dla pan pana pani panstwa panstwo jestem mam czy przez od oraz sa "
	"za moze",
    [SV] =
	"och att det ar som en ett jag vi ni du er pa av for med till inte den har om kan ert din sa fran eller de i "
	"mig oss hej",
    [TR] =
	"ve bir bu icin ile da de ne mi cok olarak size siz biz var ben olan gibi daha en sizin bizim merhaba ya ki o "
	"veya iyi",
};

struct slot {
	char word[WORD_MAX + 1];
	uint16_t languages; /* a bit each; 0: empty */
};

static struct slot table[SLOTS];
static pthread_once_t table_made = PTHREAD_ONCE_INIT;

static struct slot *slot_of(const char *word, size_t n)
{
	uint32_t hash = 2166136261u; /* FNV-1a */
	size_t at;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ (unsigned char)word[i]) * 16777619u;
	for (at = hash % SLOTS; table[at].languages; at = (at + 1) % SLOTS)
		if (memcmp(table[at].word, word, n) == 0 && !table[at].word[n])
			break;
	return &table[at];
}

static void make_table(void)
{
	for (size_t language = 0; language < LATIN_COUNT; language++) {
		const char *word = short_words[language];

		while (*word) {
			size_t n = strcspn(word, " ");
			struct slot *slot = slot_of(word, n);

			memcpy(slot->word, word, n);
			slot->languages |= (uint16_t)(1u << language);
			word += n + strspn(word + n, " ");
		}
	}
}

/* What was seen of a text. */
struct tally {
	unsigned int words[LATIN_COUNT]; /* short words of each language */
	unsigned int latin, cyrillic, kana, han;
};

static void count_word(struct tally *tally, const char *word, size_t n)
{
	uint16_t languages = n <= WORD_MAX ? slot_of(word, n)->languages : 0;

	for (size_t i = 0; languages; i++, languages >>= 1)
		tally->words[i] += languages & 1;
}

static void count_letter(struct tally *tally, int32_t c)
{
	enum script script = script_of(c);

	if (script == SCRIPT_CYRILLIC)
		tally->cyrillic++;
	else if (script == SCRIPT_UNSPACED && c >= KANA_FIRST && c <= KANA_LAST)
		tally->kana++;
	else if (script == SCRIPT_UNSPACED)
		tally->han++;
}

static void read_text(struct tally *tally, struct str text)
{
	for (size_t i = 0; i < text.n;) {
		size_t start = i;
		int32_t c;

		while (i < text.n && text.p[i] >= 'a' && text.p[i] <= 'z')
			i++;
		if (i > start) {
			tally->latin += (unsigned int)(i - start);
			count_word(tally, text.p + start, i - start);
		} else if ((unsigned char)text.p[i] < 0x80) {
			i++;
		} else {
			i += script_read(text.p + i, text.n - i, &c);
			count_letter(tally, c);
		}
	}
}

static language_set latin_languages(const struct tally *tally)
{
	unsigned int most = 0;
	language_set set = 0;

	for (size_t i = 0; i < LATIN_COUNT; i++)
		most = tally->words[i] > most ? tally->words[i] : most;
	for (size_t i = 0; i < LATIN_COUNT; i++)
		if (most < TELLING || tally->words[i] * 3 >= most * 2)
			set |= 1u << i;
	return set;
}

language_set language_guess(struct str folded)
{
	struct tally tally = {.latin = 0};
	unsigned int others;
	language_set set = 1u << EN;

	pthread_once(&table_made, make_table);
	read_text(&tally, str_sub(folded, 0, TEXT_MAX));
	others = tally.cyrillic + tally.kana + tally.han;
	/* A Chinese character says about as much as three letters. */
	if (tally.latin >= tally.cyrillic + 3 * (tally.kana + tally.han))
		set |= latin_languages(&tally);
	if (!tally.latin && !others)
		return LANGUAGES_ALL;
	if (tally.cyrillic)
		set |= 1u << RU;
	/* Japanese without any kana is a line of a form; with some kana among many characters it may be either. */
	if (tally.kana || (tally.han && tally.han < HAN_ALONE))
		set |= 1u << JA;
	if (tally.han && tally.kana * 4 < tally.han)
		set |= 1u << ZH;
	return set;
}

bool language_may_be(language_set set, const char *code)
{
	if (set == LANGUAGES_ALL)
		return true;
	for (size_t i = 0; i < LANGUAGE_COUNT; i++)
		if (strcmp(codes[i], code) == 0)
			return set & (1u << i);
	return true;
}
