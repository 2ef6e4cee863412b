/*
 * reload - configuration and rules anew, while messages go on.
 */
#ifndef COLDSHOULDER_APP_RELOAD_H
#define COLDSHOULDER_APP_RELOAD_H

#include "app/options.h"
#include "judge/generation.h"

/*
 * Reads everything aside. If all is well, messages that begin from now on use it, and those under way keep what they
 * began with; else the old generation stays. Logs either way, errors with their place.
 */
void reload_run(const struct options *options, struct generation_slot *slot);

#endif
