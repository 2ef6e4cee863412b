/*
 * house - what is tortured: the milter's callbacks by a stand-in for libmilter, judge, rules of its own and a memory.
 * Each function ends the program with a line on standard error when it cannot do its work.
 */
#ifndef COLDSHOULDER_TESTS_TORTURE_HOUSE_H
#define COLDSHOULDER_TESTS_TORTURE_HOUSE_H

#include "memory/memory.h"

enum { HOUSE_WORD_MAX = 32, HOUSE_FLUSH_MS = 20000 };

/* What became of a message. */
struct result {
	char class[HOUSE_WORD_MAX];
	char relation[HOUSE_WORD_MAX];
	bool reported; /* a failure was */
	bool stopped;  /* the message was not let through */
};

/* The open house's memory; NULL is none. */
extern struct memory *house_memory;

/* Failures that were reported since the start. */
extern unsigned int house_failures;

/* How the last message was decided, in words. */
extern char house_decided_as[128];

/* Opens it, with a memory as `change` (may be NULL) makes it of SQLite's in a directory of the house. */
void house_open(void (*change)(struct memory_settings *));

/* Closes the memory and opens another one in its place. */
void house_open_memory(void (*change)(struct memory_settings *));

void house_close(void);

/* Takes the memory away from the judge, or gives it back. */
void house_use_memory(bool used);

/* One message, in a session of its own. */
struct result house_play(const char *message);

/* False when a session, a message or a callback has not been ended. */
bool house_is_quiet(void);

/* Calls `torture` for each file below `path`; the text is valid during the call. */
void house_each_mail(const char *path, void (*torture)(const char *path, const char *message));

void house_die(const char *what);

#endif
