/*
 * script - which writing system a code point belongs to, as far as folding and sentence splitting need to know. Pure.
 */
#ifndef COLDSHOULDER_MAIL_SCRIPT_H
#define COLDSHOULDER_MAIL_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum script {
	SCRIPT_NONE, /* digits, punctuation, symbols, marks, controls */
	SCRIPT_LATIN,
	SCRIPT_GREEK,
	SCRIPT_CYRILLIC,
	SCRIPT_UNSPACED, /* Han, Kana, Thai and their neighbours: written without blanks between words */
	SCRIPT_OTHER     /* any other letter */
};

enum script script_of(int32_t code_point);

/* True for Latin, Greek and Cyrillic: the scripts whose letters pass for one another and shed their accents. */
bool script_is_european(enum script script);

/* True for capital letters of any script that has them. */
bool script_is_capital(int32_t code_point);

/*
 * Reads one code point of valid UTF-8 at p[0]; returns its length in bytes (1 to 4). `n` bytes are there, at least one.
 * Bytes that are not UTF-8 give U+FFFD and length 1.
 */
size_t script_read(const char *p, size_t n, int32_t *ret_code_point);

#endif
