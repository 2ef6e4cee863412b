/*
 * suite - what every store must do, told through the memory's public face. Each backend's test program runs it.
 */
#ifndef COLDSHOULDER_TESTS_MEMORY_SUITE_H
#define COLDSHOULDER_TESTS_MEMORY_SUITE_H

#include "memory/memory.h"

struct suite_backend {
	const char *name;
	/* Fills in what leads to an empty store that nobody else uses; called before each test. */
	void (*prepare)(struct memory_settings *settings);
	/* Cleans up after a test. */
	void (*clean_up)(void);
};

/* Runs all tests; the number of failures. */
int suite_run(const struct suite_backend *backend);

/* For tests of one backend alone. All fail the running test when they cannot do their work. */

/* An opened memory with the backend's settings, changed by `change` (may be NULL). */
struct memory *suite_open(const struct suite_backend *backend, void (*change)(struct memory_settings *));

/* Notices that came since the last call of suite_notices_clear(), one a line. */
const char *suite_notices(void);
void suite_notices_clear(void);

/* A mail of ours; `to` is one address or several, separated by blanks. */
void suite_send(struct memory *memory, const char *from, const char *to, int64_t now);

/* What is known of a mail from outside, which is not learned. */
struct memory_answer suite_ask(struct memory *memory, const char *from, const char *to, int64_t now);

#endif
