/*
 * memory_setup - what every subcommand that works on the memory needs: the configuration and the opened store.
 *
 * What can be asked of a running daemon is (memory_ask.h). The rest works on the store itself: SQLite lets the tool
 * read and write beside the daemon, which sees at once what was written; no lock is needed. Run as root, the tool
 * becomes the owner of the state directory before it opens anything there, for good.
 */
#ifndef COLDSHOULDER_CLI_MEMORY_SETUP_H
#define COLDSHOULDER_CLI_MEMORY_SETUP_H

#include "judge/config.h"
#include "memory/memory.h"

struct memory_setup_options {
	const char *command; /* for messages: "learn" */
	const char *config;  /* NULL: the installed file when it is there, else the defaults */
	const char *state;   /* NULL: as configured */
	bool create;         /* make key and file when they are not there */
	bool patient;        /* learning waits when the queue is full */
};

struct memory_setup {
	struct config *config;
	struct memory *memory;
	struct arena *arena; /* for the command; freed with the rest */
};

/*
 * Reads the configuration and opens the memory; says on standard error what is wrong. False: there is nothing to close.
 * Also initialises the libraries that read mail.
 */
bool memory_setup_open(const struct memory_setup_options *options, struct memory_setup *ret_setup);

/* The two halves of it: all but the memory; and the memory, after which the setup is closed in any case. */
bool memory_setup_begin(const struct memory_setup_options *options, struct memory_setup *ret_setup);
bool memory_setup_open_memory(const struct memory_setup_options *options, struct memory_setup *setup);

/*
 * The same for a command that has a configuration already: gives root's rights up and opens the memory only, to be
 * closed by memory_close(). Errors have been added when it is not STATUS_OK.
 */
enum status memory_setup_attach(const struct memory_setup_options *options, const struct config *config,
				struct error_list *errors, struct memory **ret_memory);

/*
 * The list of free-mail domains to use: the configured one; where that is the default and nothing is installed, the one
 * beside the program, written to `path`; NULL when there is none.
 */
const char *memory_setup_freemail(const struct config *config, char *path, size_t size);

/* Writes what is queued and closes everything. */
void memory_setup_close(struct memory_setup *setup);

/* True for a mailbox of one of our domains; `context` is a struct direction_settings. A memory_is_local. */
bool memory_setup_is_local(const void *context, struct str mailbox);

/* Says why an operation failed; returns COMMAND_USAGE. */
int memory_setup_failed(const struct memory_setup_options *options, const char *what, enum status status);

#endif
