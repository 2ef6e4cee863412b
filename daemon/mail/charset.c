#include "mail/charset.h"

#include "base/buf.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LABEL_MAX = 24,     /* bytes of a charset label that are looked at, separators removed */
	ICONV_ERRORS = 2000 /* after so many bad bytes the label is taken for a lie */
};

size_t utf8_sequence(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (!s.n)
		return 0;
	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (s.n < n || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

size_t utf8_ascii_run(struct str s)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);
	size_t i = 0;

	for (; i + 8 <= s.n; i += 8) {
		uint64_t word;

		memcpy(&word, s.p + i, 8);
		if ((word | (word - ones)) & highs)
			break;
	}
	while (i < s.n && (signed char)s.p[i] > 0)
		i++;
	return i;
}

/* Length of the longest valid prefix. */
static size_t valid_prefix(struct str s)
{
	size_t at = 0;

	while (at < s.n) {
		size_t n = utf8_ascii_run(str_sub(s, at, s.n));

		if (!n && s.p[at])
			n = utf8_sequence(str_sub(s, at, 4));
		if (!n)
			break;
		at += n;
	}
	return at;
}

bool utf8_valid(struct str s)
{
	return valid_prefix(s) == s.n;
}

/* Valid UTF-8 out of nearly valid: bad bytes become U+FFFD, NUL is dropped. */
static enum status repair(struct str s, struct arena *arena, struct str *ret_text)
{
	struct buf out = buf_make(arena);
	bool bad = false;

	buf_reserve(&out, s.n);
	for (size_t at = 0; at < s.n;) {
		size_t n = valid_prefix(str_sub(s, at, s.n));

		buf_add(&out, s.p + at, n);
		at += n;
		if (n)
			bad = false;
		if (at == s.n)
			break;
		if (s.p[at] && !bad) {
			buf_add_utf8(&out, 0xfffd);
			bad = true;
		}
		at++;
	}
	*ret_text = buf_str(&out);
	return buf_failed(&out) ? STATUS_NO_MEMORY : STATUS_OK;
}

/* 0x80 to 0x9f of windows-1252; the five unassigned ones are the C1 controls, as in WHATWG. */
static const unsigned short windows_1252[32] = {
    0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
    0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178,
};

unsigned int charset_windows_1252(unsigned char byte)
{
	return byte >= 0x80 && byte < 0xa0 ? windows_1252[byte - 0x80] : byte;
}

static void add_windows_1252(struct buf *out, struct str s)
{
	buf_reserve(out, s.n);
	for (size_t at = 0; at < s.n;) {
		size_t n = utf8_ascii_run(str_sub(s, at, s.n));
		unsigned char c;

		buf_add(out, s.p + at, n);
		at += n;
		if (at == s.n)
			break;
		c = (unsigned char)s.p[at++];
		if (c >= 0x80)
			buf_add_utf8(out, charset_windows_1252(c));
	}
}

/* A label as lower-case letters and digits only: "ISO_8859-1" is "iso88591". */
static void normalise_label(struct str label, char out[LABEL_MAX])
{
	size_t n = 0;

	label = str_trim(label);
	for (size_t i = 0; i < label.n && n < LABEL_MAX - 1; i++)
		if (ascii_is_alnum(label.p[i]))
			out[n++] = ascii_lower(label.p[i]);
	out[n] = '\0';
}

enum kind {
	KIND_8BIT, /* an ASCII superset: valid UTF-8 is believed against the label */
	KIND_7BIT, /* ASCII bytes carry other characters */
	KIND_16BIT
};

struct encoding {
	const char *label; /* normalised */
	const char *name;  /* for iconv; NULL: windows-1252 by our own table */
	enum kind kind;
};

/* Ordered by label. Single-byte families with numbers (iso-8859-N, windows-N, cpN) are named by rule. */
static const struct encoding encodings[] = {
    {"ansix341968", NULL, KIND_8BIT},
    {"ascii", NULL, KIND_8BIT},
    {"big5", "BIG5-HKSCS", KIND_8BIT},
    {"big5hkscs", "BIG5-HKSCS", KIND_8BIT},
    {"cnbig5", "BIG5-HKSCS", KIND_8BIT},
    {"cp932", "CP932", KIND_8BIT},
    {"cp936", "GB18030", KIND_8BIT},
    {"cp949", "UHC", KIND_8BIT},
    {"cp950", "BIG5-HKSCS", KIND_8BIT},
    {"csgb2312", "GB18030", KIND_8BIT},
    {"csiso2022jp", "ISO-2022-JP-3", KIND_7BIT},
    {"cskoi8r", "KOI8-R", KIND_8BIT},
    {"csshiftjis", "CP932", KIND_8BIT},
    {"euccn", "GB18030", KIND_8BIT},
    {"eucjp", "EUC-JP-MS", KIND_8BIT},
    {"euckr", "UHC", KIND_8BIT},
    {"euctw", "EUC-TW", KIND_8BIT},
    {"gb18030", "GB18030", KIND_8BIT},
    {"gb2312", "GB18030", KIND_8BIT},
    {"gb231280", "GB18030", KIND_8BIT},
    {"gbk", "GB18030", KIND_8BIT},
    {"iso2022jp", "ISO-2022-JP-3", KIND_7BIT},
    {"iso2022jp1", "ISO-2022-JP-2", KIND_7BIT},
    {"iso2022jp2", "ISO-2022-JP-2", KIND_7BIT},
    {"iso2022jp3", "ISO-2022-JP-3", KIND_7BIT},
    {"iso2022kr", "ISO-2022-KR", KIND_7BIT},
    {"iso88591", NULL, KIND_8BIT},
    {"iso885911", "CP874", KIND_8BIT},
    {"iso885919871", NULL, KIND_8BIT},
    {"iso88599", "CP1254", KIND_8BIT},
    {"koi8", "KOI8-R", KIND_8BIT},
    {"koi8r", "KOI8-R", KIND_8BIT},
    {"koi8ru", "KOI8-U", KIND_8BIT},
    {"koi8u", "KOI8-U", KIND_8BIT},
    {"korean", "UHC", KIND_8BIT},
    {"ksc5601", "UHC", KIND_8BIT},
    {"ksc56011987", "UHC", KIND_8BIT},
    {"l1", NULL, KIND_8BIT},
    {"latin1", NULL, KIND_8BIT},
    {"latin2", "ISO-8859-2", KIND_8BIT},
    {"latin5", "CP1254", KIND_8BIT},
    {"latin9", "ISO-8859-15", KIND_8BIT},
    {"macintosh", "MACINTOSH", KIND_8BIT},
    {"mskanji", "CP932", KIND_8BIT},
    {"shiftjis", "CP932", KIND_8BIT},
    {"sjis", "CP932", KIND_8BIT},
    {"tis620", "CP874", KIND_8BIT},
    {"ucs2", "UTF-16", KIND_16BIT},
    {"uhc", "UHC", KIND_8BIT},
    {"unicode11utf7", "UTF-7", KIND_7BIT},
    {"usascii", NULL, KIND_8BIT},
    {"utf16", "UTF-16", KIND_16BIT},
    {"utf16be", "UTF-16BE", KIND_16BIT},
    {"utf16le", "UTF-16LE", KIND_16BIT},
    {"utf7", "UTF-7", KIND_7BIT},
    {"viscii", "VISCII", KIND_8BIT},
    {"windows31j", "CP932", KIND_8BIT},
    {"windows874", "CP874", KIND_8BIT},
    {"xeucjp", "EUC-JP-MS", KIND_8BIT},
    {"xgbk", "GB18030", KIND_8BIT},
    {"xmaccyrillic", "MAC-CYRILLIC", KIND_8BIT},
    {"xmacroman", "MACINTOSH", KIND_8BIT},
    {"xsjis", "CP932", KIND_8BIT},
    {"xwindows949", "UHC", KIND_8BIT},
};

static int compare_label(const void *label, const void *encoding)
{
	return strcmp(label, ((const struct encoding *)encoding)->label);
}

/* Writes "CP1251" for "windows1251" and "cp1251", "ISO-8859-5" for "iso88595"; false for any other label. */
static bool numbered_name(const char *label, char out[LABEL_MAX])
{
	static const struct {
		const char *prefix;
		const char *name;
	} families[] = {
	    {"iso8859", "ISO-8859-"}, {"windows", "CP"}, {"xcp", "CP"}, {"cp", "CP"}, {"ibm", "IBM"}, {"cspc", "CP"},
	};

	for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
		size_t n = strlen(families[i].prefix);
		size_t digits = strspn(label + (strncmp(label, families[i].prefix, n) ? 0 : n), "0123456789");

		if (strncmp(label, families[i].prefix, n) != 0 || digits == 0 || digits > 5)
			continue;
		snprintf(out, LABEL_MAX, "%s%.*s", families[i].name, (int)digits, label + n);
		return true;
	}
	return false;
}

/* What a label means; `name` is filled in for the numbered families. */
static struct encoding find_encoding(struct str charset, char name[LABEL_MAX])
{
	char label[LABEL_MAX];
	const struct encoding *known;

	normalise_label(charset, label);
	known = bsearch(label, encodings, sizeof encodings / sizeof *encodings, sizeof *encodings, compare_label);
	if (known)
		return *known;
	if (numbered_name(label, name) && strcmp(name, "CP1252") != 0)
		return (struct encoding){NULL, name, KIND_8BIT};
	return (struct encoding){NULL, NULL, KIND_8BIT};
}

/* Converts what iconv can; a bad byte (or pair) becomes U+FFFD. False when `name` is unknown to iconv. */
static bool add_converted(struct buf *out, struct str s, const char *name, size_t unit)
{
	iconv_t converter = iconv_open("UTF-8", name);
	char *in = (char *)(uintptr_t)s.p;
	size_t left = s.n, errors = 0;

	if (converter == (iconv_t)-1)
		return false;
	while (left && errors < ICONV_ERRORS && buf_reserve(out, left + left / 2 + 16)) {
		char *to = out->p + out->n;
		size_t room = out->capacity - out->n - 1;
		size_t rc = iconv(converter, &in, &left, &to, &room);

		out->n = (size_t)(to - out->p);
		out->p[out->n] = '\0';
		if (rc != (size_t)-1 || errno == E2BIG)
			continue;
		errors++;
		buf_add_utf8(out, 0xfffd);
		in += left < unit ? left : unit;
		left -= left < unit ? left : unit;
	}
	iconv_close(converter);
	if (left && !buf_failed(out))
		add_windows_1252(out, (struct str){in, left});
	return true;
}

/* Loads a converter for good. With glibc its way to wide characters is the first half of that to UTF-8, and alone it
 * needs no buffer between the halves, 32 KiB each. */
static iconv_t keep(const char *name)
{
	return iconv_open("WCHAR_T", name);
}

void charset_library_init(void)
{
	static const char *const numbered[] = {"ISO-8859-2", "ISO-8859-5", "ISO-8859-7", "ISO-8859-15",
					       "CP1250",     "CP1251",     "CP1253",     "CP1255",
					       "CP1256",     "CP1257",     "CP1258",     "CP866"};
	static iconv_t kept[sizeof encodings / sizeof *encodings + sizeof numbered / sizeof *numbered];
	size_t count = 0;

	if (kept[0])
		return;
	for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++)
		if (encodings[i].name)
			kept[count++] = keep(encodings[i].name);
	for (size_t i = 0; i < sizeof numbered / sizeof *numbered; i++)
		kept[count++] = keep(numbered[i]);
}

/* UTF-16 without a label shows itself by NULs in every other place. */
static const char *guess_utf16(struct str s)
{
	size_t nuls[2] = {0, 0}, looked_at = s.n < 512 ? s.n : 512;

	if (s.n < 4 || s.n % 2)
		return NULL;
	for (size_t i = 0; i < looked_at; i++)
		nuls[i % 2] += s.p[i] == '\0';
	if (nuls[0] > looked_at / 5 && nuls[1] == 0)
		return "UTF-16BE";
	if (nuls[1] > looked_at / 5 && nuls[0] == 0)
		return "UTF-16LE";
	return NULL;
}

static enum status convert(struct str bytes, const char *name, size_t unit, struct arena *arena, struct str *ret_text)
{
	struct buf out = buf_make(arena);

	if (!name || !add_converted(&out, bytes, name, unit))
		add_windows_1252(&out, bytes);
	if (buf_failed(&out))
		return STATUS_NO_MEMORY;
	*ret_text = buf_str(&out);
	return utf8_valid(*ret_text) ? STATUS_OK : repair(*ret_text, arena, ret_text);
}

/* UTF-8 that was damaged or cut: more good sequences of several bytes than bad bytes. */
static bool nearly_utf8(struct str s)
{
	size_t good = 0, bad = 0;

	for (size_t at = 0; at < s.n;) {
		size_t n = utf8_ascii_run(str_sub(s, at, s.n));

		at += n;
		if (at == s.n)
			break;
		n = utf8_sequence(str_sub(s, at, 4));
		good += n > 1;
		bad += n == 0;
		at += n ? n : 1;
	}
	return good >= bad && good;
}

static bool is_utf8_label(struct str charset)
{
	char label[LABEL_MAX];

	normalise_label(charset, label);
	return strcmp(label, "utf8") == 0 || strcmp(label, "utf8mb4") == 0;
}

/* ISO-2022 text without a shift is ASCII, whatever the label says; so is UTF-7 without a plus. */
static bool has_shift(struct str bytes, const char *name)
{
	if (strcmp(name, "UTF-7") == 0)
		return str_find_byte(bytes, 0, '+') != STR_NONE;
	return str_find_byte(bytes, 0, '\x1b') != STR_NONE;
}

/* For bytes that are not UTF-8 from offset `valid` on. */
static enum status convert_8bit(struct str bytes, size_t valid, struct str charset, const char *name,
				struct arena *arena, struct str *ret_text)
{
	const char *utf16 = bytes.p[valid] == '\0' ? guess_utf16(bytes) : NULL;
	bool cut = bytes.n - valid <= 3 && utf8_ascii_run(bytes) < valid;

	if (utf16)
		return convert(bytes, utf16, 2, arena, ret_text);
	if (cut || ((!charset.n || is_utf8_label(charset)) && nearly_utf8(bytes)))
		return repair(bytes, arena, ret_text);
	return convert(bytes, name, 1, arena, ret_text);
}

enum status charset_to_utf8(struct str bytes, struct str charset, struct arena *arena, struct str *ret_text)
{
	char name[LABEL_MAX];
	struct encoding encoding;
	size_t valid;

	if (str_starts(bytes, STR("\xff\xfe")))
		return convert(str_sub(bytes, 2, bytes.n), "UTF-16LE", 2, arena, ret_text);
	if (str_starts(bytes, STR("\xfe\xff")))
		return convert(str_sub(bytes, 2, bytes.n), "UTF-16BE", 2, arena, ret_text);
	if (str_starts(bytes, STR("\xef\xbb\xbf")))
		bytes = str_sub(bytes, 3, bytes.n);
	valid = valid_prefix(bytes);
	*ret_text = bytes;
	if (valid == bytes.n && !charset.n)
		return STATUS_OK;
	encoding = find_encoding(charset, name);
	if (valid == bytes.n && (encoding.kind != KIND_7BIT || !has_shift(bytes, encoding.name)))
		return STATUS_OK;
	if (encoding.kind == KIND_7BIT)
		return convert(bytes, encoding.name, 1, arena, ret_text);
	if (encoding.kind == KIND_16BIT)
		return convert(bytes, encoding.name, 2, arena, ret_text);
	return convert_8bit(bytes, valid, charset, encoding.name, arena, ret_text);
}
