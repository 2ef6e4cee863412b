/*
 * template - near-duplicates: is this text made from the same template as that one?
 *
 * The words of the author's text are masked (numbers, addresses, links, the names of the people concerned),
 * neighbouring words become keyed hashes (bigrams; in scripts without blanks three letters), and 126 minima over them
 * (MinHash, Broder 1997) make a sketch: the share of equal values estimates how much two texts have in common. 42 bands
 * of three values find candidates; the similarity decides, never the band. Pure; any thread.
 */
#ifndef COLDSHOULDER_MEMORY_TEMPLATE_H
#define COLDSHOULDER_MEMORY_TEMPLATE_H

#include "base/str.h"
#include "memory/key.h"

enum {
	SKETCH_VALUES = 126,
	SKETCH_BANDS = 42,
	SKETCH_BAND_VALUES = SKETCH_VALUES / SKETCH_BANDS,
	TEMPLATE_WORDS_MIN = 30, /* shorter texts are alike by chance, longer ones are letters */
	TEMPLATE_WORDS_MAX = 150
};

struct sketch {
	unsigned char value[SKETCH_VALUES]; /* the low byte of each minimum: enough to compare, too little to read */
	unsigned char words;
};

struct template_text {
	struct str folded; /* the author's words as folded by mail/fold */
	const struct str
	    *names; /* folded words to be masked: of senders, recipients and their domains; sorted or not */
	size_t name_count;
	uint64_t scope; /* texts of different scopes are never alike: 0 inbound, a user's key outbound */
};

/* Makes the sketch of `text`. False when it is shorter or longer than a template is, in words. */
bool template_sketch(const struct key *key, const struct template_text *text, struct sketch *ret_sketch);

/* The share of what two texts have in common, 0.0 to 1.0, give or take 0.04. */
double sketch_similarity(const struct sketch *a, const struct sketch *b);

/* True when the two texts come from one template. */
bool sketch_same_template(const struct sketch *a, const struct sketch *b);

/* How many of the values must be equal for that, of SKETCH_VALUES: for a store that compares by itself. */
unsigned int sketch_least_equal(void);

/* The value of one band (0 ... SKETCH_BANDS - 1), 24 bits. */
uint32_t sketch_band(const struct sketch *sketch, unsigned int band);

#endif
