#include "engine/snippet.h"

struct str snippet(struct str text, size_t max)
{
	size_t n = max;

	if (text.n <= max)
		return text;
	while (n > max / 2 && !ascii_is_space(text.p[n]))
		n--;
	if (n == max / 2)
		for (n = max; n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80;)
			n--;
	return str_trim(str_sub(text, 0, n));
}
