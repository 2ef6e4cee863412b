#include "mail/percent.h"

#include "base/buf.h"

static int hex_value(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct str percent_decode(struct str s, bool (*wanted)(unsigned char byte), struct arena *arena)
{
	struct buf out = buf_make(arena);

	if (str_find_byte(s, 0, '%') == STR_NONE)
		return s;
	for (size_t i = 0; i < s.n; i++) {
		int high = i + 2 < s.n ? hex_value(s.p[i + 1]) : -1, low = i + 2 < s.n ? hex_value(s.p[i + 2]) : -1;

		if (s.p[i] == '%' && high >= 0 && low >= 0 && wanted((unsigned char)(high * 16 + low))) {
			buf_add_byte(&out, (char)(high * 16 + low));
			i += 2;
		} else {
			buf_add_byte(&out, s.p[i]);
		}
	}
	return buf_failed(&out) ? (struct str){"", 0} : buf_str(&out);
}
