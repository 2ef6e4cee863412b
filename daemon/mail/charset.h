/*
 * charset - any bytes to valid UTF-8, best effort and never a refusal.
 *
 * Thread-safe, but for charset_library_init().
 */
#ifndef COLDSHOULDER_MAIL_CHARSET_H
#define COLDSHOULDER_MAIL_CHARSET_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

/*
 * Call once, before any thread converts: keeps the converters of common charsets loaded, so that a message that changes
 * its charset with every word does not load and unload them (60 microseconds each, with glibc).
 */
void charset_library_init(void);

/* Length of the valid UTF-8 sequence (RFC 3629) at the start of `s`; 0 when there is none. */
size_t utf8_sequence(struct str s);

/* Number of bytes at the start of `s` that are ASCII and not NUL. */
size_t utf8_ascii_run(struct str s);

/* True for valid UTF-8 (RFC 3629); NUL counts as invalid. */
bool utf8_valid(struct str s);

/* The code point of a byte from 0x80 to 0x9f in windows-1252. */
unsigned int charset_windows_1252(unsigned char byte);

/*
 * Turns `bytes`, which are said to be in `charset` (a MIME label; empty: unknown), into valid UTF-8 without NUL.
 * Valid UTF-8 is taken as such whatever the label says, unless the label is a 7-bit or 16-bit encoding; else the
 * label counts, read as in the WHATWG Encoding Standard (gb2312 is GB18030, iso-8859-1 is windows-1252); an unknown
 * label is windows-1252. Byte order marks are heeded and removed. Bytes that mean nothing become U+FFFD, NUL is
 * dropped. *ret_text is a slice of `bytes` when nothing had to change, else in `arena`. STATUS_NO_MEMORY.
 */
enum status charset_to_utf8(struct str bytes, struct str charset, struct arena *arena, struct str *ret_text);

#endif
