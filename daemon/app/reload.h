/*
 * reload - configuration and rules anew, while messages go on.
 */
#ifndef COLDSHOULDER_APP_RELOAD_H
#define COLDSHOULDER_APP_RELOAD_H

#include "app/options.h"
#include "judge/generation.h"

#include <time.h>

/* How the last reload went; `at` is 0 when there was none. */
struct reload_report {
	time_t at;
	enum status status;
	unsigned long done;       /* reloads that were carried out, since the start */
	unsigned long failed;     /* reloads after which the old generation stayed */
	struct error_list errors; /* of the last one, warnings too; the caller frees it */
};

struct reloader;

/* Both arguments must outlive it. NULL when out of memory. */
struct reloader *reloader_create(const struct options *options, struct generation_slot *slot);
void reloader_destroy(struct reloader *reloader);

/*
 * Reads everything aside. If all is well, messages that begin from now on use it, and those under way keep what they
 * began with; else the old generation stays, and the status says why. Logs either way, errors with their place.
 * Thread-safe: reloads are carried out one after another.
 */
enum status reloader_run(struct reloader *reloader);

/* Thread-safe; does not wait for a reload that is under way. */
struct reload_report reloader_last(struct reloader *reloader);

#endif
