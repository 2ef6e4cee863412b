/*
 * replay - what would have happened to this mail? The parts of `coldshoulder replay`.
 */
#ifndef COLDSHOULDER_CLI_REPLAY_H
#define COLDSHOULDER_CLI_REPLAY_H

#include "cli/replay_run.h"
#include "cli/replay_record.h"
#include "cli/setup.h"

#include <limits.h>
#include <stdio.h>

struct replay_options {
	const char *const *sent;
	size_t sent_count;
	const char *const *paths;
	size_t path_count;
	struct str *recipients;
	size_t recipient_count;
	int64_t since;
	const char *html;   /* file of the page; NULL: none */
	const char *labels; /* NULL: the default file */
	unsigned int threads;
	enum auth_result auth;
	bool auth_given;
	bool with_labels;
	bool with_text;
	bool json;
};

struct replay {
	struct replay_options options;
	char **arguments; /* of the command line, while it is read */
	struct setup_options common;
	struct setup_options setups[REPLAY_SIDES];
	size_t side_count;
	const char *side_names[REPLAY_SIDES];
	struct str authserv_id;
	struct generation *generations[REPLAY_SIDES];
	struct arena *arena;
	struct labels *labels;
	struct replay_mail mail;
	struct records records[REPLAY_SIDES];
	char directory[PATH_MAX - 32]; /* private and temporary */
	char stdin_path[PATH_MAX];
};

/* Reads the options. -1: go on; otherwise the exit code. */
int replay_read_options(struct replay *replay, int argc, char **argv);

#endif
