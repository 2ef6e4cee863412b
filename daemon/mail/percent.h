/*
 * percent - percent-decoding (RFC 3986 2.1) of the bytes that a caller wants decoded.
 */
#ifndef COLDSHOULDER_MAIL_PERCENT_H
#define COLDSHOULDER_MAIL_PERCENT_H

#include "base/arena.h"
#include "base/str.h"

/*
 * Decodes each %XX whose byte `wanted` says yes to; everything else stays as it is. `s` itself when nothing changes,
 * else in `arena`; the empty slice when out of memory.
 */
struct str percent_decode(struct str s, bool (*wanted)(unsigned char byte), struct arena *arena);

#endif
