#include "mail/script.h"

#include <utf8proc.h>

struct range {
	int32_t first;
	int32_t last;
	enum script script;
};

/* Unicode 15 Scripts.txt, by block; only letters are asked about, so that a block may stand for its script. */
static const struct range ranges[] = {
    {0x00aa, 0x024f, SCRIPT_LATIN},      {0x0250, 0x02af, SCRIPT_LATIN},      {0x0370, 0x03ff, SCRIPT_GREEK},
    {0x0400, 0x052f, SCRIPT_CYRILLIC},   {0x0e00, 0x0eff, SCRIPT_UNSPACED},   {0x1000, 0x109f, SCRIPT_UNSPACED},
    {0x1780, 0x17ff, SCRIPT_UNSPACED},   {0x1c80, 0x1c8f, SCRIPT_CYRILLIC},   {0x1d00, 0x1d25, SCRIPT_LATIN},
    {0x1d26, 0x1d2a, SCRIPT_GREEK},      {0x1d2b, 0x1d2b, SCRIPT_CYRILLIC},   {0x1d2c, 0x1dbf, SCRIPT_LATIN},
    {0x1e00, 0x1eff, SCRIPT_LATIN},      {0x1f00, 0x1fff, SCRIPT_GREEK},      {0x2c60, 0x2c7f, SCRIPT_LATIN},
    {0x2e80, 0x2fdf, SCRIPT_UNSPACED},   {0x3005, 0x3007, SCRIPT_UNSPACED},   {0x3021, 0x3029, SCRIPT_UNSPACED},
    {0x3031, 0x303c, SCRIPT_UNSPACED},   {0x3040, 0x312f, SCRIPT_UNSPACED},   {0x31a0, 0x31ff, SCRIPT_UNSPACED},
    {0x3400, 0x4dbf, SCRIPT_UNSPACED},   {0x4e00, 0x9fff, SCRIPT_UNSPACED},   {0xa640, 0xa69f, SCRIPT_CYRILLIC},
    {0xa720, 0xa7ff, SCRIPT_LATIN},      {0xab30, 0xab6f, SCRIPT_LATIN},      {0xf900, 0xfaff, SCRIPT_UNSPACED},
    {0x16fe0, 0x18cff, SCRIPT_UNSPACED}, {0x1aff0, 0x1b16f, SCRIPT_UNSPACED}, {0x20000, 0x323af, SCRIPT_UNSPACED},
};

static bool is_letter(int32_t code_point)
{
	utf8proc_category_t category = utf8proc_category(code_point);

	return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
	       category == UTF8PROC_CATEGORY_NL;
}

enum script script_of(int32_t c)
{
	size_t low = 0, high = sizeof ranges / sizeof ranges[0];

	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? SCRIPT_LATIN : SCRIPT_NONE;
	if (!is_letter(c))
		return SCRIPT_NONE;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (c > ranges[middle].last)
			low = middle + 1;
		else if (c < ranges[middle].first)
			high = middle;
		else
			return ranges[middle].script;
	}
	return SCRIPT_OTHER;
}

bool script_is_european(enum script script)
{
	return script == SCRIPT_LATIN || script == SCRIPT_GREEK || script == SCRIPT_CYRILLIC;
}

bool script_is_capital(int32_t c)
{
	return utf8proc_category(c) == UTF8PROC_CATEGORY_LU || utf8proc_category(c) == UTF8PROC_CATEGORY_LT;
}

size_t script_read(const char *p, size_t n, int32_t *ret_code_point)
{
	utf8proc_ssize_t length;

	if ((unsigned char)p[0] < 0x80) {
		*ret_code_point = p[0];
		return 1;
	}
	length = utf8proc_iterate((const utf8proc_uint8_t *)p, (utf8proc_ssize_t)n, ret_code_point);
	if (length < 1) {
		*ret_code_point = 0xfffd;
		return 1;
	}
	return (size_t)length;
}
