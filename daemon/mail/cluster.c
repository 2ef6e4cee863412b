#include "mail/cluster.h"

#include <utf8proc.h>

enum {
	FOLD_OPTIONS = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE,
	EXPANSION = 32, /* the longest compatibility decomposition has 18 code points */
	REPLACEMENT = 0xfffd,
	NO_SEQUENCE = 0xffff
};

struct points {
	int32_t p[CLUSTER_POINTS];
	size_t n;
	bool keeps_accents; /* the last letter is of a script whose marks are part of it */
};

/* What stands for one code point; `second` 0: one character. */
struct replacement {
	int32_t from;
	char first;
	char second;
};

/* Letters that Unicode does not decompose but people type without (and the small capitals that dress words up),
 * typographic punctuation. Ordered by code point. */
static const struct replacement replacements[] = {
    {0x00ab, '"', 0},   {0x00b4, '\'', 0},  {0x00bb, '"', 0},  {0x00e6, 'a', 'e'}, {0x00f0, 'd', 0},
    {0x00f8, 'o', 0},   {0x00fe, 't', 'h'}, {0x0111, 'd', 0},  {0x0127, 'h', 0},   {0x0131, 'i', 0},
    {0x0142, 'l', 0},   {0x0153, 'o', 'e'}, {0x0167, 't', 0},  {0x0192, 'f', 0},   {0x0237, 'j', 0},
    {0x0251, 'a', 0},   {0x0261, 'g', 0},   {0x0262, 'g', 0},  {0x026a, 'i', 0},   {0x0274, 'n', 0},
    {0x0276, 'o', 'e'}, {0x0280, 'r', 0},   {0x028f, 'y', 0},  {0x0299, 'b', 0},   {0x029c, 'h', 0},
    {0x029f, 'l', 0},   {0x02b9, '\'', 0},  {0x02ba, '"', 0},  {0x02bb, '\'', 0},  {0x02bc, '\'', 0},
    {0x02bd, '\'', 0},  {0x1d00, 'a', 0},   {0x1d04, 'c', 0},  {0x1d05, 'd', 0},   {0x1d07, 'e', 0},
    {0x1d0a, 'j', 0},   {0x1d0b, 'k', 0},   {0x1d0d, 'm', 0},  {0x1d0f, 'o', 0},   {0x1d18, 'p', 0},
    {0x1d1b, 't', 0},   {0x1d1c, 'u', 0},   {0x1d20, 'v', 0},  {0x1d21, 'w', 0},   {0x1d22, 'z', 0},
    {0x2010, '-', 0},   {0x2011, '-', 0},   {0x2012, '-', 0},  {0x2013, '-', 0},   {0x2014, '-', 0},
    {0x2015, '-', 0},   {0x2018, '\'', 0},  {0x2019, '\'', 0}, {0x201a, '\'', 0},  {0x201b, '\'', 0},
    {0x201c, '"', 0},   {0x201d, '"', 0},   {0x201e, '"', 0},  {0x201f, '"', 0},   {0x2032, '\'', 0},
    {0x2033, '"', 0},   {0x2035, '\'', 0},  {0x2036, '"', 0},  {0x2039, '\'', 0},  {0x203a, '\'', 0},
    {0x2043, '-', 0},   {0x2044, '/', 0},   {0x2212, '-', 0},  {0x301d, '"', 0},   {0x301e, '"', 0},
    {0x301f, '"', 0},   {0xa730, 'f', 0},   {0xa731, 's', 0},
};

static const struct replacement *replacement_find(int32_t c)
{
	size_t low = 0, high = sizeof replacements / sizeof replacements[0];

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (c > replacements[middle].from)
			low = middle + 1;
		else if (c < replacements[middle].from)
			high = middle;
		else
			return &replacements[middle];
	}
	return NULL;
}

/* White letters on black circles and squares: Unicode gives them no decomposition. */
static int32_t plain_letter(int32_t c)
{
	if (c >= 0x1f150 && c <= 0x1f169)
		return 'a' + (c - 0x1f150);
	if (c >= 0x1f170 && c <= 0x1f189)
		return 'a' + (c - 0x1f170);
	return c;
}

static bool is_blank(int32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
	       c == 0x3000 || c == 0x2800;
}

/* Controls, interlinear annotation and the object replacement character: nothing a reader sees. */
static bool is_dropped(int32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0xfff9 && c <= 0xfffc);
}

static bool is_mark(int32_t c)
{
	utf8proc_category_t category;

	if (c < 0x300)
		return false;
	category = utf8proc_category(c);
	return category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
}

/* Marks that are stripped from European letters: the combining diacritics of all blocks. */
static bool is_accent(int32_t c)
{
	return (c >= 0x300 && c <= 0x36f) || (c >= 0x483 && c <= 0x489) || (c >= 0x1ab0 && c <= 0x1aff) ||
	       (c >= 0x1dc0 && c <= 0x1dff) || (c >= 0x20d0 && c <= 0x20ff) || (c >= 0xfe20 && c <= 0xfe2f);
}

/* A vowel or final consonant of a Hangul syllable: composes with what stands before it, as marks do. */
static bool is_hangul_tail(int32_t c)
{
	return c >= 0x1160 && c <= 0x11ff;
}

static void points_add(struct points *points, int32_t c)
{
	if (points->n < CLUSTER_POINTS)
		points->p[points->n++] = c;
	if (!is_mark(c))
		points->keeps_accents = c >= 0x80 && !script_is_european(script_of(c));
}

static void points_add_folded(struct points *points, int32_t c)
{
	const struct replacement *replacement = replacement_find(c);

	if (is_dropped(c) || (!points->keeps_accents && is_accent(c)))
		return;
	if (!replacement) {
		points_add(points, plain_letter(c));
		return;
	}
	points_add(points, replacement->first);
	if (replacement->second)
		points_add(points, replacement->second);
}

/* Folds one code point by itself into `out`; 0 when it is ignored. */
static size_t decompose(int32_t c, int32_t out[EXPANSION])
{
	const utf8proc_property_t *property = utf8proc_get_property(c);
	int last_class = UTF8PROC_BOUNDCLASS_START;
	utf8proc_ssize_t n;

	out[0] = c;
	if (is_dropped(c))
		return 0;
	/* A character with a replacement of its own is not to be taken apart first (U+2033 would be two primes). */
	if (replacement_find(c) && c > 0x2000)
		return 1;
	if (property->decomp_seqindex == NO_SEQUENCE && property->casefold_seqindex == NO_SEQUENCE &&
	    !property->ignorable && !(c >= 0xac00 && c <= 0xd7a3))
		return 1;
	n = utf8proc_decompose_char(c, out, EXPANSION, (utf8proc_option_t)FOLD_OPTIONS, &last_class);
	return n > 0 && n <= EXPANSION ? (size_t)n : 0;
}

/* Reads one valid code point; 0 when the bytes are none. */
static size_t read_point(struct str text, size_t at, int32_t *ret_point)
{
	utf8proc_ssize_t n =
	    utf8proc_iterate((const utf8proc_uint8_t *)text.p + at, (utf8proc_ssize_t)(text.n - at), ret_point);

	return n > 0 ? (size_t)n : 0;
}

/* Takes in marks, Hangul tails and ignorable characters behind the first code point; returns where they end. */
static size_t absorb_tail(struct str text, size_t at, struct points *points)
{
	while (at < text.n) {
		int32_t out[EXPANSION], c;
		size_t n, length = 1;

		c = text.p[at];
		if (c > 0 && c < 0x80 && !is_dropped(c))
			break;
		if ((unsigned char)text.p[at] >= 0x80)
			length = read_point(text, at, &c);
		if (!length || is_blank(c))
			break;
		n = decompose(c, out);
		if (n && !is_mark(out[0]) && !is_hangul_tail(out[0]) && !is_mark(c))
			break;
		for (size_t i = 0; i < n; i++)
			points_add_folded(points, out[i]);
		at += length;
	}
	return at;
}

static int combining_class(int32_t c)
{
	return c < 0x300 ? 0 : utf8proc_get_property(c)->combining_class;
}

/* Canonical ordering (UAX #15): a stable sort of each run of marks. */
static void order_marks(struct points *points)
{
	int ranks[CLUSTER_POINTS];

	for (size_t i = 0; i < points->n; i++) {
		int32_t c = points->p[i];
		int rank = combining_class(c);
		size_t j = i;

		for (; rank && j && ranks[j - 1] > rank; j--) {
			points->p[j] = points->p[j - 1];
			ranks[j] = ranks[j - 1];
		}
		points->p[j] = c;
		ranks[j] = rank;
	}
}

static void encode(struct points *points, struct cluster *cluster)
{
	cluster->n = 0;
	for (size_t i = 0; i < points->n; i++) {
		enum script script = script_of(points->p[i]);

		if (i == 0)
			cluster->script = script;
		cluster->foreign |= script == SCRIPT_GREEK || script == SCRIPT_CYRILLIC;
		cluster->n +=
		    (size_t)utf8proc_encode_char(points->p[i], (utf8proc_uint8_t *)cluster->bytes + cluster->n);
	}
}

/* U+00C0 to U+00FF as they fold; '\0': not a letter. */
static const char latin[64][2] = {
    "a", "a", "a", "a", "a", "a", {'a', 'e'}, "c", "e", "e", "e", "e", "i", "i", "i",        "i",
    "d", "n", "o", "o", "o", "o", "o",        "",  "o", "u", "u", "u", "u", "y", {'t', 'h'}, {'s', 's'},
    "a", "a", "a", "a", "a", "a", {'a', 'e'}, "c", "e", "e", "e", "e", "i", "i", "i",        "i",
    "d", "n", "o", "o", "o", "o", "o",        "",  "o", "u", "u", "u", "u", "y", {'t', 'h'}, "y",
};

/* U+0400 to U+045F as they fold. */
static int32_t fold_cyrillic(int32_t c)
{
	if (c < 0x410)
		c += 0x50;
	else if (c < 0x430)
		c += 0x20;
	switch (c) {
	case 0x439:
	case 0x45d:
		return 0x438;
	case 0x450:
	case 0x451:
		return 0x435;
	case 0x453:
		return 0x433;
	case 0x457:
		return 0x456;
	case 0x45c:
		return 0x43a;
	case 0x45e:
		return 0x443;
	default:
		return c;
	}
}

/* True when no mark, control or ignorable character can begin with the bytes at `at`: common letters and ASCII. */
static bool no_tail(struct str text, size_t at)
{
	unsigned char first = at < text.n ? (unsigned char)text.p[at] : ' ', second, third;

	if (first < 0x80)
		return (first >= ' ' && first < 0x7f) || first == '\n' || first == '\r';
	if (first == 0xc3 || first == 0xd0 || first == 0xd1 || (first >= 0xe4 && first <= 0xe9))
		return true;
	if (first != 0xe3 || text.n - at < 3)
		return false;
	second = (unsigned char)text.p[at + 1];
	third = (unsigned char)text.p[at + 2];
	return second == 0x81 || second == 0x83 || (second == 0x82 && third != 0x99 && third != 0x9a) ||
	       (second == 0x80 && third < 0xaa);
}

static void set_point(struct cluster *cluster, int32_t c, enum script script)
{
	cluster->n = (size_t)utf8proc_encode_char(c, (utf8proc_uint8_t *)cluster->bytes);
	cluster->script = script;
	cluster->foreign = script == SCRIPT_CYRILLIC;
}

/* The letters that most text beyond ASCII is made of, without the way through the tables; false for others. */
static bool fold_common(int32_t c, struct cluster *cluster)
{
	if (c >= 0xc0 && c <= 0xff && latin[c - 0xc0][0]) {
		cluster->bytes[0] = latin[c - 0xc0][0];
		cluster->bytes[1] = latin[c - 0xc0][1];
		cluster->n = cluster->bytes[1] ? 2 : 1;
		cluster->script = SCRIPT_LATIN;
		return true;
	}
	if (c >= 0x400 && c <= 0x45f)
		set_point(cluster, fold_cyrillic(c), SCRIPT_CYRILLIC);
	else if ((c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3041 && c <= 0x3096) || (c >= 0x30a1 && c <= 0x30fa) ||
		 c == 0x30fc)
		set_point(cluster, c, SCRIPT_UNSPACED);
	else if (c == 0x3001 || c == 0x3002)
		set_point(cluster, c, SCRIPT_NONE);
	else
		return false;
	return true;
}

/* A run of bytes that are not UTF-8 becomes one replacement character. */
static size_t replace_invalid(struct str text, size_t at, struct cluster *cluster)
{
	struct points points = {.p = {REPLACEMENT}, .n = 1};
	int32_t c;

	while (at < text.n && (unsigned char)text.p[at] >= 0x80 && !read_point(text, at, &c))
		at++;
	encode(&points, cluster);
	return at;
}

size_t cluster_fold(struct str text, size_t at, struct cluster *cluster)
{
	struct points points;
	int32_t out[EXPANSION], c = 0;
	size_t n, end, length = read_point(text, at, &c);

	points.n = 0;
	points.keeps_accents = false;
	cluster->n = 0;
	cluster->foreign = false;
	cluster->blank = false;
	cluster->script = SCRIPT_NONE;
	if (!length)
		return replace_invalid(text, at, cluster) - at;
	if (is_blank(c)) {
		cluster->blank = true;
		return length;
	}
	end = at + length;
	if (no_tail(text, end) && fold_common(c, cluster))
		return length;
	n = decompose(c, out);
	for (size_t i = 0; i < n; i++)
		points_add_folded(&points, out[i]);
	if (points.n)
		end = absorb_tail(text, end, &points);
	if (points.n > 1) {
		utf8proc_ssize_t composed;

		order_marks(&points);
		composed = utf8proc_normalize_utf32(points.p, (utf8proc_ssize_t)points.n,
						    (utf8proc_option_t)(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
		if (composed > 0)
			points.n = (size_t)composed;
	}
	encode(&points, cluster);
	return end - at;
}
