/*
 * once_a_day - what was already said today. For log lines about names that strangers' mail brings, so that none of
 * them fills the log. Thread-safe.
 */
#ifndef COLDSHOULDER_APP_ONCE_A_DAY_H
#define COLDSHOULDER_APP_ONCE_A_DAY_H

#include "base/str.h"

#include <pthread.h>
#include <stdint.h>

enum { ONCE_A_DAY_NAMES = 64, ONCE_A_DAY_NAME_MAX = 128 };

struct once_a_day {
	pthread_mutex_t lock; /* PTHREAD_MUTEX_INITIALIZER; all else zero */
	int64_t day;          /* since 1970, UTC */
	size_t count;
	char names[ONCE_A_DAY_NAMES][ONCE_A_DAY_NAME_MAX + 1];
};

/*
 * True the first time that `name` is asked for on the day of `now` (seconds since 1970), false afterwards and once a
 * day's names are used up. Names are told apart by their first ONCE_A_DAY_NAME_MAX bytes.
 */
bool once_a_day(struct once_a_day *said, struct str name, int64_t now);

#endif
