/*
 * language - in which of the rules' languages an author may be writing, so that the words of one language are not taken
 * for another's. Constant data, pure, any thread.
 *
 * Told by script and by the commonest short words, which every letter has. It rules out, and never picks one: a letter
 * in two languages is in both, and a text too short to tell may be in any. (Libraries that name one language were
 * looked at: they are in C++, or wrong on a letter of three lines.)
 */
#ifndef COLDSHOULDER_ENGINE_LANGUAGE_H
#define COLDSHOULDER_ENGINE_LANGUAGE_H

#include "base/str.h"

#include <stdint.h>

/* A set of languages, to be asked by language_may_be(). */
typedef uint32_t language_set;

#define LANGUAGES_ALL UINT32_MAX

/* The languages in which `folded` (mail/fold.h) may be written; looks at its first 8 KiB. */
language_set language_guess(struct str folded);

/*
 * True when the set has the language with this code ("de"). English is in every set, since its words stand in letters
 * of all languages, and so is every language that is not known here.
 */
bool language_may_be(language_set set, const char *code);

#endif
