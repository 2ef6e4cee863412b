/*
 * pattern_atom - the smallest parts of a PCRE2 pattern, as far as their size and edges matter: characters, classes,
 * escapes, quantifiers, group openings. For pattern_keys.
 */
#ifndef COLDSHOULDER_ENGINE_PATTERN_ATOM_H
#define COLDSHOULDER_ENGINE_PATTERN_ATOM_H

#include "base/str.h"

#include <stdint.h>

enum atom_kind {
	ATOM_CHARACTER, /* a certain character, or one of several */
	ATOM_BORDER,    /* \b: no width */
	ATOM_NOTHING,   /* another assertion: no width */
	ATOM_OPEN,      /* a group opens; its content follows */
	ATOM_OPEN_LOOK, /* a lookaround opens: no width */
	ATOM_NO_WORD,   /* no width: no letter or digit on the one side that matters (borders of phrases, ^, $) */
	ATOM_CLOSE,
	ATOM_ALTERNATIVE,
	ATOM_UNBOUNDED, /* something of any length: a back reference */
	ATOM_LOST,      /* something that is not understood */
	ATOM_END
};

enum atom_blank { ATOM_SPACE = 1 << 0, ATOM_LINE = 1 << 1 };

enum { ATOM_CHOICES = 10 };

/* All but the kind is told of ATOM_CHARACTER alone. */
struct atom {
	enum atom_kind kind;
	struct str choices[ATOM_CHOICES]; /* what it can be */
	size_t choice_count;              /* 0: too many, or not known */
	uint32_t min_bytes;
	uint32_t max_bytes;
	unsigned int may_blank;  /* enum atom_blank: what it can be */
	unsigned int must_blank; /* what it certainly can be */
	bool no_word;            /* it is certainly no ASCII letter or digit */
	bool dropped;            /* skeletons have none of the characters that it can be */
};

struct quantifier {
	uint32_t min;
	uint32_t max; /* UINT32_MAX: no limit */
};

/* Reads the atom at *at and moves *at behind it; of a group only its opening. */
struct atom pattern_atom_read(struct str pattern, size_t *at, bool bytes);

/* Reads the quantifier at *at, if there is one ({1, 1} otherwise), and moves *at behind it. */
struct quantifier pattern_quantifier_read(struct str pattern, size_t *at);

#endif
