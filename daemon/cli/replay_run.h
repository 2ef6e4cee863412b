/*
 * replay_run - judges many messages on all cores, each as it would have been judged on its day.
 *
 * Threads read messages and scan their texts in any order; one thread asks the memory, concludes and learns, in the
 * order of the entries. So the result does not depend on the number of threads. Memory: a fixed number of messages.
 */
#ifndef COLDSHOULDER_CLI_REPLAY_RUN_H
#define COLDSHOULDER_CLI_REPLAY_RUN_H

#include "cli/progress.h"
#include "cli/replay_envelope.h"
#include "cli/replay_gather.h"
#include "judge/judge.h"

enum { REPLAY_SIDES = 2 };

struct replay_run {
	struct replay_mail *mail; /* failures are added */
	const char *stdin_path;
	/* One, or two to compare: each with a memory of its own, or none. */
	const struct generation *generations[REPLAY_SIDES];
	size_t side_count;
	struct replay_people people;
	bool auth_given;
	enum auth_result auth;
	unsigned int threads; /* 0: one a core */
	volatile sig_atomic_t *stop;
	/*
	 * A message was judged; by side. Called in order, by the caller's thread. `judgements` and `decisions` are
	 * valid during the call.
	 */
	void (*judged)(void *context, const struct replay_entry *entry, struct judgement *const *judgements,
		       const struct decision *decisions);
	void *context;
};

/* Runs until the end or until stopped; how many entries were dealt with. STATUS_NO_MEMORY: not even begun. */
enum status replay_run(const struct replay_run *run, size_t *ret_done);

#endif
