#include "app/once_a_day.h"

#include <string.h>

enum { SECONDS_A_DAY = 24 * 60 * 60 };

static bool is_said(const struct once_a_day *said, struct str name)
{
	for (size_t i = 0; i < said->count; i++)
		if (str_equal(name, str_of(said->names[i])))
			return true;
	return false;
}

bool once_a_day(struct once_a_day *said, struct str name, int64_t now)
{
	bool first;

	name = str_sub(name, 0, ONCE_A_DAY_NAME_MAX);
	pthread_mutex_lock(&said->lock);
	if (said->day != now / SECONDS_A_DAY) {
		said->day = now / SECONDS_A_DAY;
		said->count = 0;
	}
	first = said->count < ONCE_A_DAY_NAMES && !is_said(said, name);
	if (first) {
		memcpy(said->names[said->count], name.p, name.n);
		said->names[said->count][name.n] = '\0';
		said->count++;
	}
	pthread_mutex_unlock(&said->lock);
	return first;
}
