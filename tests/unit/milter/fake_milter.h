/*
 * fake_milter - stands in for libmilter: records what a callback asks for, and fails when told to.
 */
#ifndef COLDSHOULDER_TEST_FAKE_MILTER_H
#define COLDSHOULDER_TEST_FAKE_MILTER_H

#include <libmilter/mfapi.h>
#include <stddef.h>

enum { FAKE_EDITS = 64, FAKE_MACROS = 16 };

struct fake_edit {
	char kind; /* 'i' insert, 'm' change, 'q' quarantine */
	int index;
	char name[64];
	char value[512]; /* "" for a deletion */
};

/* libmilter's context, as far as we need it. */
struct smfi_str {
	void *private_data;
	const char *macro_names[FAKE_MACROS];
	const char *macro_values[FAKE_MACROS];
	struct fake_edit edits[FAKE_EDITS];
	size_t edit_count;
	int edits_until_failure; /* below 0: never */
	char reply[4096];        /* "550 5.7.1 first line\nsecond line" */
	char symbol_lists[1024];
};

/* A context for one connection, with no macros. */
struct smfi_str fake_milter_make(void);

/* Sets a macro; NULL takes it away. Both strings must stay valid. */
void fake_milter_macro(struct smfi_str *ctx, const char *name, const char *value);

#endif
