/*
 * cluster - folds one character with the marks that belong to it: the non-ASCII part of folding. Pure.
 */
#ifndef COLDSHOULDER_MAIL_CLUSTER_H
#define COLDSHOULDER_MAIL_CLUSTER_H

#include "base/str.h"
#include "mail/script.h"

/* Code points of one folded character at most; marks beyond that are dropped (UAX #15 stream-safe allows 30 marks). */
enum { CLUSTER_POINTS = 40, CLUSTER_BYTES = CLUSTER_POINTS * 4 };

struct cluster {
	char bytes[CLUSTER_BYTES]; /* folded, UTF-8; may hold blanks where NFKC has them */
	size_t n;                  /* 0: the character is dropped */
	enum script script;        /* of the first code point of `bytes` */
	bool foreign;              /* Greek or Cyrillic letters are among them */
	bool blank;                /* white space: a word ends here; n is 0 */
};

/* Folds the character at text.p[at], which is not printable ASCII; returns the bytes that were read, at least one. */
size_t cluster_fold(struct str text, size_t at, struct cluster *ret_cluster);

#endif
