/*
 * learn - the two things that can be learned by hand. Private to cli/learn*.c.
 */
#ifndef COLDSHOULDER_CLI_LEARN_H
#define COLDSHOULDER_CLI_LEARN_H

#include "cli/memory_setup.h"

struct learn_options {
	struct memory_setup_options setup;
	bool any_sender; /* sent: From need not be in local_domains */
	char **paths;
	int path_count;
};

/* "learn sent": relationships from mail that was sent. The exit code. */
int learn_sent(const struct learn_options *options);

/* "learn template", or with `learned` false "forget template": marks templates as unwanted or takes that back. */
int learn_template(const struct learn_options *options, bool learned);

#endif
