/*
 * fuzz - what the targets share: a check that holds in every build, and UTF-8 as RFC 3629 has it.
 */
#ifndef COLDSHOULDER_TESTS_FUZZ_H
#define COLDSHOULDER_TESTS_FUZZ_H

#include "base/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <utf8proc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static inline void fuzz_check(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

static inline void fuzz_check_utf8(struct str text)
{
	size_t at = 0;

	while (at < text.n) {
		utf8proc_int32_t code;
		utf8proc_ssize_t n =
		    utf8proc_iterate((const utf8proc_uint8_t *)text.p + at, (utf8proc_ssize_t)(text.n - at), &code);

		fuzz_check(n > 0, "text is valid UTF-8");
		at += (size_t)n;
	}
}

#endif
