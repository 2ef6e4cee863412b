/*
 * names - the words of people's names as address fields give them, for knowing a greeting or a signature by them.
 */
#ifndef COLDSHOULDER_MAIL_NAMES_H
#define COLDSHOULDER_MAIL_NAMES_H

#include "mail/message.h"

enum { NAMES_WORDS_MAX = 24, NAMES_ADDRESSES_MAX = 8 };

struct names {
	struct str words[NAMES_WORDS_MAX]; /* folded, of two bytes or more */
	size_t count;
	struct str whole; /* the first display name, folded, without blanks: how CJK names are signed */
};

/* The name words of display names and local parts. Out of memory gives fewer. */
struct names names_of(const struct address_list *addresses, struct arena *arena);

/* True when a folded word, punctuation around it aside, is one of the names. */
bool names_contain(const struct names *names, struct str word);

/* True when a folded word of three bytes or more is the beginning of one of the names ("greg" of "gregory"). */
bool names_shorten(const struct names *names, struct str word);

#endif
